#include "service.hpp"

#include <algorithm>

namespace gradesvc::test {

log_thread::~log_thread() {
    {
        std::lock_guard lock(mutex_);
        ending_ = true;
        held_ = false;
    }
    wake_.notify_all();
    thread_.join();
}

void log_thread::post(std::function<void()> job) {
    {
        std::lock_guard lock(mutex_);
        jobs_.push_back(std::move(job));
    }
    wake_.notify_all();
}

void log_thread::hold(bool held) {
    {
        std::lock_guard lock(mutex_);
        held_ = held;
    }
    wake_.notify_all();
}

void log_thread::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        wake_.wait(lock, [this] { return !held_ && (ending_ || !jobs_.empty()); });
        if (jobs_.empty()) return;
        auto job = std::move(jobs_.front());
        jobs_.pop_front();
        lock.unlock();
        job();
        lock.lock();
    }
}

void memory_rows::apply(const ports::projection& step) {
    std::lock_guard lock(mutex_);
    for (const auto& row : step.accepted) {
        ports::submission_view view;
        view.id = row.id;
        view.user_id = row.user_id;
        view.test_id = row.test_id;
        view.test_version = row.test_version;
        view.accepted_at = row.accepted_at;
        rows_.emplace(row.id, std::move(view));
    }
}

std::optional<ports::submission_view> memory_rows::find(const domain::submission_id& id) const {
    if (broken) throw std::runtime_error("the disk is on fire at /var/secret");
    std::lock_guard lock(mutex_);
    const auto at = rows_.find(id);
    return at == rows_.end() ? std::nullopt : std::optional(at->second);
}

std::vector<ports::submission_view> memory_rows::list(const ports::page_request& page) const {
    std::vector<ports::submission_view> found;
    std::lock_guard lock(mutex_);
    for (const auto& [id, row] : rows_) {
        const bool before = !page.before || std::pair(row.accepted_at, id) < *page.before;
        if (row.user_id == page.user_id && (!page.test_id || row.test_id == *page.test_id) && before)
            found.push_back(row);
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
        return std::pair(a.accepted_at, a.id) > std::pair(b.accepted_at, b.id);
    });
    if (found.size() > static_cast<std::size_t>(page.limit)) found.resize(static_cast<std::size_t>(page.limit));
    return found;
}

std::vector<domain::submission_id> memory_rows::settle_all(std::string_view result) {
    std::vector<domain::submission_id> ids;
    std::lock_guard lock(mutex_);
    for (auto& [id, row] : rows_) {
        if (row.status != ports::submission_status::accepted) continue;
        row.status = result.empty() ? ports::submission_status::failed : ports::submission_status::scored;
        row.scored_at = row.accepted_at;
        row.result = result;
        ids.push_back(id);
    }
    return ids;
}

service::service(http::limits bounds, int threads)
    : server(http::config{{"127.0.0.1:0"}, threads},
             http::api_services{submit_, publish_test_, tests_, rows, *this, watch, metrics,
                                [this] {
                                    return http::readiness{ready, ready ? R"({"ready":true})" : R"({"ready":false})"};
                                }},
             bounds) {
    ports::outgoing demo;
    demo.topic = names_.definitions;
    demo.key = "demo";
    demo.value = R"({"test_id":"demo","version":1,"items":[{"item_id":"q1","options":["A","B"],"correct":"B"},)"
                 R"({"item_id":"q2","correct":"C"}]})";
    store(demo, 0);
    tests_.set_complete();
    const auto address = server.listening().front();
    port_ = std::stoi(address.substr(address.rfind(':') + 1));
    server.start();
}

service::~service() { log.hold(false); }

void service::score_all(std::string_view result) {
    const auto ids = rows.settle_all(result);
    watch.settled(ids);
}

std::optional<std::string> service::header_of_last(std::string_view name) const {
    std::lock_guard lock(mutex_);
    for (const auto& header : last_.headers)
        if (header.name == name) return header.value;
    return std::nullopt;
}

void service::publish(const ports::outgoing& record, ports::delivered done) {
    if (away) return done({ports::log_errc::unavailable});
    const std::int64_t offset = ++published;
    {
        std::lock_guard lock(mutex_);
        last_ = record;
    }
    if (at_once) {
        store(record, offset);
        return done({{}, 0, offset});
    }
    log.post([this, record, offset, done = std::move(done)] {
        store(record, offset);
        done({{}, 0, offset});
    });
}

void service::catch_up(std::chrono::milliseconds, std::function<void(bool)> done) {
    log.post([this, done = std::move(done)] { done(!away); });
}

void service::store(const ports::outgoing& record, std::int64_t offset) {
    ports::record stored;
    stored.topic = record.topic;
    stored.offset = offset;
    if (record.key) stored.key = *record.key;
    stored.value = record.value;
    for (const auto& header : record.headers) stored.headers.push_back({header.name, header.value});
    if (record.topic == names_.definitions)
        tests_.apply(stored);
    else
        rows.apply(project_({&stored, 1}));
}

std::string submission(std::string_view user, std::string_view more) {
    return R"({"user_id":")" + std::string(user) + R"(","test_id":"demo","answers":{"q1":"B","q2":"C"})" +
           std::string(more) + "}";
}

std::string member(std::string_view json, std::string_view name) {
    const auto key = "\"" + std::string(name) + "\":\"";
    const auto at = json.find(key);
    if (at == json.npos) return {};
    const auto from = at + key.size();
    return std::string(json.substr(from, json.find('"', from) - from));
}

} // namespace gradesvc::test
