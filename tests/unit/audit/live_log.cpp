#include "unit/audit/live_log.hpp"

namespace gradesvc::audit::test {

class live_log::reader final : public ports::reader {
public:
    reader(live_log& log, ports::positions from) : log_(log), next_(std::move(from)) {}
    std::vector<ports::record> read(std::chrono::milliseconds) override {
        log_.pass();
        std::vector<ports::record> found;
        for (auto& [where, next] : next_) {
            const auto& from = log_.topics_.at(where);
            next = std::max(next, from.first);
            for (int i = 0; i < 5 && next < static_cast<std::int64_t>(from.visible); ++i, ++next)
                if (!from.holes.contains(next)) found.push_back(from.records[static_cast<std::size_t>(next)].view());
        }
        return found;
    }
    ports::positions next() const override { return next_; }

private:
    live_log& log_;
    ports::positions next_;
};

std::unique_ptr<ports::reader> live_log::make_reader(ports::positions from) {
    return std::make_unique<reader>(*this, std::move(from));
}

ports::positions live_log::ask(std::span<const std::string> topics, std::int64_t (*what)(const content&)) {
    pass();
    ports::positions found;
    for (const auto& [where, held] : topics_)
        if (std::ranges::find(topics, where.first) != topics.end()) found[where] = what(held);
    return found;
}

ports::positions live_log::end(std::span<const std::string> topics, std::chrono::milliseconds) {
    return ask(topics, [](const content& c) { return static_cast<std::int64_t>(c.visible); });
}

ports::positions live_log::written_end(std::span<const std::string> topics, std::chrono::milliseconds) {
    return ask(topics, [](const content& c) { return static_cast<std::int64_t>(c.records.size()); });
}

ports::positions live_log::begin(std::span<const std::string> topics, std::chrono::milliseconds) {
    return ask(topics, [](const content& c) { return c.first; });
}

std::map<std::int32_t, ports::group_position> live_log::group_positions(const std::string&, const std::string&,
                                                                        std::chrono::milliseconds) {
    pass();
    std::map<std::int32_t, ports::group_position> found;
    for (const auto& [p, done] : committed_) found[p] = {done.position(), done.note()};
    return found;
}

void live_log::submit() {
    const int user = any(7);
    append({.topic = names.submissions,
            .partition = user % partitions,
            .key = "u" + std::to_string(user),
            .value = R"({"user_id":"u)" + std::to_string(user) + R"(","test_id":"t","answers":{"q1":"A"}})",
            .headers = {{"ce_subject", domain::submission_id::v5(std::to_string(submitted_.size())).to_string()}}});
    const auto& made = topics_.at({names.submissions, user % partitions}).records.back();
    submitted_.push_back({user % partitions, made.offset});
}

// Writes one outcome and commits it; sometimes of a later submission first.
void live_log::score() {
    if (scored_ == static_cast<int>(submitted_.size())) return;
    const auto [p, offset] = submitted_[static_cast<std::size_t>(scored_++)];
    const auto& of = topics_.at({names.submissions, p}).records[static_cast<std::size_t>(offset)];
    const auto id = of.headers[0].value;
    const bool good = any(8) != 0;
    stored out{.topic = good ? names.results : names.dead_letters, .partition = p, .key = of.key};
    if (good)
        out.headers = {{"ce_id", id + "/1"},
                       {"ce_subject", id},
                       {"gs_source_partition", std::to_string(p)},
                       {"gs_source_offset", std::to_string(offset)}};
    else
        out.headers = {{"ce_id", id + "/failed"},
                       {"ce_subject", id},
                       {"dlq_reason", "internal"},
                       {"dlq_partition", std::to_string(p)},
                       {"dlq_offset", std::to_string(offset)}};
    auto& to = topics_.at({out.topic, p});
    out.offset = static_cast<std::int64_t>(to.records.size());
    to.records.push_back(std::move(out)); // not visible yet
    hidden_.push_back({good ? names.results : names.dead_letters, p});
    if (commits) committed_[p].finish(offset);
}

void live_log::reveal() {
    if (hidden_.empty()) return;
    auto& shown = topics_.at(hidden_.front());
    hidden_.pop_front();
    shown.visible = std::min(shown.visible + 1, shown.records.size());
}

} // namespace gradesvc::audit::test
