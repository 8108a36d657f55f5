// Which way a record goes: to the log, or to the file while anything is kept there. Thread-safe.
#pragma once

#include "spool/writer.hpp"

namespace gradesvc::spool {

class gate {
public:
    /// `log` and `kept` outlive it, but for calls to publish().
    gate(writer& kept, ports::publisher& log);

    void publish(const ports::outgoing& record, ports::delivered done);

    /// The topics are there. What comes before is kept.
    void begin() { begun_.store(true, std::memory_order_release); }
    bool begun() const { return begun_.load(std::memory_order_acquire); }

    bool direct() const { return way_.load(std::memory_order_acquire) == way::direct; }

    /// Whether the log has decided on all that was sent to it: what it failed to take is kept by now.
    bool at_rest() const { return under_way_.load(std::memory_order_acquire) == 0; }

    /// The file is nearly empty: what comes now waits in memory, unanswered, for open() or take_back().
    void hand_over();

    /// What waits goes to the file after all.
    void take_back();

    /// Nothing is kept any more, all stands in the log: what waits goes there, and what comes after it. False when
    /// something is kept still.
    bool open();

private:
    enum class way : std::uint8_t { direct, kept, waiting };
    struct waiter {
        ports::outgoing record;
        ports::delivered done;
    };

    bool passes() const { return begun() && direct() && log_.available(); }
    void send(const ports::outgoing& record, ports::delivered done);
    void settle(std::int64_t seq, const ports::delivery& outcome, ports::delivered& done);
    void keep(std::int64_t seq, const ports::outgoing& record, ports::delivered& done, std::string_view why);

    writer& kept_;
    ports::publisher& log_;
    std::atomic<bool> begun_ = false;
    std::atomic<way> way_;
    std::atomic<std::int64_t> under_way_ = 0;
    std::mutex mutex_; ///< guards changes of way_, and waiting_
    std::vector<waiter> waiting_;
};

} // namespace gradesvc::spool
