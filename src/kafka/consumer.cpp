#include "kafka/consumer.hpp"

#include "gradesvc/faults/fault.hpp"
#include "kafka/errors.hpp"
#include "kafka/query.hpp"

#include <algorithm>
#include <array>

namespace gradesvc::kafka {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t max_records = 2000; // of one poll
constexpr milliseconds slice{20};         // rebalances are noticed at the end of a slice
constexpr milliseconds question{500};     // one question to the cluster at take-over
constexpr milliseconds close_slice{5};
constexpr milliseconds close_patience{1500}; // for each of two steps

} // namespace

consumer::consumer(const config& settings, ports::consumer_options options, std::size_t batch_bytes,
                   connection_log& log)
    : options_(std::move(options)), log_(log), client_(make_client(settings)) {
    if (options_.mode == ports::delivery_mode::exactly_once)
        transactions_ =
            std::make_unique<transactions>(settings, options_.group + '.' + options_.instance, batch_bytes, log);
    else
        at_least_once_ = std::make_unique<at_least_once>(settings, batch_bytes, log);
    subscribe();
}

consumer::~consumer() { close(); }

client consumer::make_client(const config& settings) {
    callbacks calls;
    calls.rebalance = [this](rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t* partitions) {
        rebalanced(what, partitions);
    };
    return client(RD_KAFKA_CONSUMER, settings, consumer_profile(options_.group, options_.instance), log_,
                  std::move(calls));
}

void consumer::subscribe() {
    rd_kafka_poll_set_consumer(client_.get());
    const auto topics = make_partition_list(1);
    rd_kafka_topic_partition_list_add(topics.get(), options_.topic.c_str(), RD_KAFKA_PARTITION_UA);
    const auto error = rd_kafka_subscribe(client_.get(), topics.get());
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
        throw ports::log_error("Kafka: subscribe to " + options_.topic + ": " + text_of(error));
}

// Group membership ------------------------------------------------------------------------------------------------

void consumer::rebalanced(rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t* partitions) {
    if (what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS && stage_ == stage::idle && partitions->cnt > 0) {
        assigned_.reset(rd_kafka_topic_partition_list_copy(partitions));
        stage_ = stage::assigned;
        return;
    }
    if (what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS)
        rd_kafka_assign(client_.get(), stage_ == stage::leaving ? nullptr : partitions);
    else
        revoked();
}

void consumer::revoked() {
    const bool owning = stage_ == stage::owning;
    if (owning && rd_kafka_assignment_lost(client_.get()) == 0) {
        stage_ = stage::losing;
        tell_losing_ = true;
        return;
    }
    auto gone = disown();
    if (owning) lost_ = std::move(gone);
    if (stage_ != stage::leaving) stage_ = stage::idle;
    rd_kafka_assign(client_.get(), nullptr);
}

std::vector<std::int32_t> consumer::disown() {
    const std::lock_guard lock(mutex_);
    std::vector<std::int32_t> gone(owned_.begin(), owned_.end());
    owned_.clear();
    member_.reset();
    return gone;
}

void consumer::release() {
    if (stage_ != stage::losing) return;
    disown();
    tell_losing_ = false;
    stage_ = stage::idle;
    rd_kafka_assign(client_.get(), nullptr);
}

std::vector<ports::assignment> consumer::take_over() {
    auto* rk = client_.get();
    const partition_list at(rd_kafka_topic_partition_list_copy(assigned_.get()));
    const partition_list begin(rd_kafka_topic_partition_list_copy(assigned_.get()));
    try {
        // Waits, question by question, while a transaction of the predecessor is still open.
        if (rd_kafka_committed(rk, at.get(), to_ms(question)) != RD_KAFKA_RESP_ERR_NO_ERROR) return {};
        for (const auto& one : elements(*at))
            if (one.err != RD_KAFKA_RESP_ERR_NO_ERROR) return {};
        find_edges(rk, *begin, edge::begin, question);
    } catch (const ports::log_unavailable& e) {
        log_.line(7, "POSITIONS", e.what());
        return {};
    }

    std::vector<ports::assignment> gained;
    for (int i = 0; i < at->cnt; ++i) {
        auto& one = at->elems[i];
        // A position beyond the end is not judged here: an end that lags after a fail-over would repeat everything. The
        // broker itself refuses it when it fetches, and then the earliest record is next.
        const bool committed = one.offset >= 0;
        if (!committed) one.offset = begin->elems[i].offset;
        ports::assignment made{one.partition, one.offset, committed, {}};
        if (committed) made.note = note_of(one);
        gained.push_back(std::move(made));
    }
    auto member = std::make_shared<membership>();
    member->group.reset(rd_kafka_consumer_group_metadata(rk));
    member->consumer = rk;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& one : gained) owned_.insert(one.partition);
        member_ = std::move(member);
    }
    stage_ = stage::owning;
    rd_kafka_resume_partitions(rk, at.get()); // librdkafka remembers a pause beyond the loss of a partition
    rd_kafka_assign(rk, at.get());
    faults::point("kafka.taken_over");
    log_.connected();
    return gained;
}

// Records ---------------------------------------------------------------------------------------------------------

ports::polled consumer::poll(milliseconds timeout) {
    ports::polled result;
    if (!ended_.empty()) throw ports::log_error(ended_);
    if (stage_ == stage::assigned) {
        result.gained = take_over();
        if (!result.gained.empty()) return result;
    }
    fetch(timeout, result.records);
    if (transactions_ && transactions_->fenced()) end_membership(taken_over());
    result.lost = std::exchange(lost_, {});
    if (tell_losing_) {
        const std::lock_guard lock(mutex_);
        result.losing.assign(owned_.begin(), owned_.end());
        tell_losing_ = false;
    }
    // Nobody has seen them yet, and who gets the partition next starts at the committed position.
    if (!result.lost.empty() || !result.losing.empty()) result.records.clear();
    return result;
}

std::string consumer::taken_over() const {
    return "another worker of group " + options_.group + " has taken over the instance name " + options_.instance;
}

/// The partitions are reported as lost, the next poll throws.
void consumer::end_membership(std::string why) {
    if (!ended_.empty()) return;
    ended_ = std::move(why);
    tell_losing_ = false;
    const auto gone = disown();
    lost_.insert(lost_.end(), gone.begin(), gone.end());
}

void consumer::fetch(milliseconds timeout, std::vector<ports::record>& into) {
    const auto deadline = steady_clock::now() + timeout;
    const auto before = stage_;
    while (into.size() < max_records && stage_ == before && ended_.empty()) {
        int wait = 0;
        if (into.empty()) {
            const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
            wait = to_ms(std::min(left, slice));
        }
        const message_ptr message(rd_kafka_consumer_poll(client_.get(), wait));
        if (!message) {
            if (!into.empty() || steady_clock::now() >= deadline) return;
        } else if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
            failed(*message);
        else
            into.push_back(to_record(*message, options_.topic));
    }
}

void consumer::failed(const rd_kafka_message_t& message) {
    if (message.err == RD_KAFKA_RESP_ERR__FATAL) {
        std::array<char, 256> why{};
        const auto fatal = rd_kafka_fatal_error(client_.get(), why.data(), why.size());
        const bool fenced = fatal == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID;
        return end_membership(fenced ? taken_over() : std::string("Kafka consumer: ") + why.data());
    }
    if (means_forbidden(message.err))
        throw ports::log_error("Kafka refuses group " + options_.group + " to read " + options_.topic + ": " +
                               text_of(message.err));
    log_.line(4, "CONSUMER", rd_kafka_message_errstr(&message));
}

partition_list consumer::only(std::int32_t partition) const {
    auto list = make_partition_list(1);
    rd_kafka_topic_partition_list_add(list.get(), options_.topic.c_str(), partition);
    return list;
}

void consumer::pause(std::int32_t partition) { rd_kafka_pause_partitions(client_.get(), only(partition).get()); }

void consumer::resume(std::int32_t partition) { rd_kafka_resume_partitions(client_.get(), only(partition).get()); }

/// Every fetch brings the high watermark along with the records.
std::int64_t consumer::end(std::int32_t partition) {
    std::int64_t low = 0;
    std::int64_t high = 0;
    const auto error = rd_kafka_get_watermark_offsets(client_.get(), options_.topic.c_str(), partition, &low, &high);
    return error == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 ? high : INT64_MAX;
}

// Commit and end --------------------------------------------------------------------------------------------------

ports::commit_result consumer::commit(std::span<const ports::outgoing> outputs,
                                      std::span<const ports::checkpoint> checkpoints) {
    std::shared_ptr<const membership> member;
    {
        const std::lock_guard lock(mutex_);
        const auto foreign = [this](const ports::checkpoint& c) { return !owned_.contains(c.partition); };
        if (!member_ || std::any_of(checkpoints.begin(), checkpoints.end(), foreign)) return {ports::log_errc::fenced};
        member = member_;
    }
    const auto offsets = to_offsets(options_.topic, checkpoints);
    if (transactions_) return transactions_->commit(outputs, offsets.get(), *member);
    return at_least_once_->commit(outputs, offsets.get(), client_.get());
}

void consumer::leave() { close(); }

/// A static member that only closes keeps its partitions until its session ends, so it unsubscribes first and waits until
/// the group has let it go (then it has no member id any more).
void consumer::close() {
    if (std::exchange(closed_, true)) return;
    if (transactions_) transactions_->stop();
    disown();
    const bool losing = std::exchange(stage_, stage::leaving) == stage::losing;
    auto* rk = client_.get();
    faults::point("kafka.leave");
    if (losing) rd_kafka_assign(rk, nullptr);
    rd_kafka_unsubscribe(rk);
    serve_until(
        [this, rk] { return !is_member() || rd_kafka_fatal_error(rk, nullptr, 0) != RD_KAFKA_RESP_ERR_NO_ERROR; });
    faults::point("kafka.unsubscribed");
    const queue_ptr queue(rd_kafka_queue_get_consumer(rk));
    const error_ptr error(rd_kafka_consumer_close_queue(rk, queue.get()));
    serve_until([rk] { return rd_kafka_consumer_closed(rk) != 0; });
}

bool consumer::is_member() const {
    char* id = rd_kafka_memberid(client_.get());
    const bool member = id != nullptr && *id != '\0';
    rd_kafka_mem_free(client_.get(), id);
    return member;
}

/// Answers rebalances and drops records until then; not for ever, the broker may be away.
void consumer::serve_until(const std::function<bool()>& done) {
    const auto deadline = steady_clock::now() + close_patience;
    while (!done() && steady_clock::now() < deadline)
        const message_ptr dropped(rd_kafka_consumer_poll(client_.get(), to_ms(close_slice)));
}

} // namespace gradesvc::kafka
