#include "gradesvc/spool/publisher.hpp"

#include "gradesvc/telemetry/log.hpp"
#include "spool/drain.hpp"

namespace gradesvc::spool {
namespace {

class spooling_publisher final : public publisher {
public:
    spooling_publisher(const config& settings, std::unique_ptr<ports::publisher> log, drain::make_log drain_to,
                       telemetry::metrics& metrics)
        : log_(std::move(log)),
          kept_(settings),
          rows_(settings.file),
          gate_(kept_, *log_),
          drain_(std::in_place, settings, gate_, kept_, *log_, std::move(drain_to), metrics) {
        if (kept_.records() > 0)
            telemetry::log(telemetry::level::info, "the spool holds submissions of an earlier time",
                           {{"path", settings.file.native()}, {"count", kept_.records()}, {"bytes", kept_.bytes()}});
    }

    // In this order: nobody drains any more; what waits is kept; what the log has not taken by now is kept, too.
    ~spooling_publisher() override {
        drain_.reset();
        gate_.take_back();
        log_.reset();
    }

    void publish(const ports::outgoing& record, ports::delivered done) override {
        gate_.publish(record, std::move(done));
    }

    bool flush(std::chrono::milliseconds limit) override {
        const auto until = std::chrono::steady_clock::now() + limit;
        const bool decided = log_->flush(limit);
        gate_.take_back();
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        return kept_.flush(std::max(left, std::chrono::milliseconds(0))) && decided;
    }

    bool available() const override { return (gate_.direct() && log_->available()) || kept_.accepting(); }

    void start_draining() override { gate_.begin(); }

    spool::state state() const override {
        const auto now = gate_.direct() ? mode::direct : drain_->running() ? mode::draining : mode::spooling;
        return {now, kept_.records(), kept_.bytes(), kept_.accepting()};
    }

    std::unique_ptr<kept> find(std::string_view id) const override {
        if (nothing_kept()) return nullptr;
        const std::lock_guard lock(mutex_);
        return rows_.find(id);
    }

    void newest(std::string_view key, const std::function<bool(kept&&)>& visit) const override {
        if (nothing_kept()) return;
        const std::lock_guard lock(mutex_);
        rows_.newest(key, visit);
    }

    bool drained_lately() const override { return kept_.drained_lately(); }

private:
    bool nothing_kept() const { return kept_.records() == 0 && kept_.refused_records() == 0; }

    std::unique_ptr<ports::publisher> log_;
    writer kept_;
    mutable std::mutex mutex_; ///< guards rows_
    mutable rows rows_;
    gate gate_;
    std::optional<drain> drain_;
};

} // namespace

std::unique_ptr<publisher> make_publisher(const config& settings, std::unique_ptr<ports::publisher> log,
                                          std::function<std::unique_ptr<ports::publisher>()> drain_to,
                                          telemetry::metrics& metrics) {
    return std::make_unique<spooling_publisher>(settings, std::move(log), std::move(drain_to), metrics);
}

} // namespace gradesvc::spool
