#include "http/io_loop.hpp"

#include <boost/asio/post.hpp>

#include <array>
#include <cstdio>
#include <ctime>

namespace gradesvc::http {
namespace {

/// IMF-fixdate of RFC 9110; strftime would follow the locale.
std::string date_text(std::time_t second) {
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm utc{};
    ::gmtime_r(&second, &utc);
    std::array<char, 64> text{};
    const int size = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                   days.at(static_cast<std::size_t>(utc.tm_wday)), utc.tm_mday,
                                   months.at(static_cast<std::size_t>(utc.tm_mon)), utc.tm_year + 1900, utc.tm_hour,
                                   utc.tm_min, utc.tm_sec);
    return {text.data(), static_cast<std::size_t>(size)};
}

} // namespace

io_loop::io_loop(std::chrono::milliseconds period)
    : period_(period), box_(std::make_shared<mailbox>(io_)), work_(net::make_work_guard(io_)), timer_(io_) {
    tick();
}

void io_loop::run() {
    box_->bind_thread();
    schedule_tick();
    io_.run();
}

void io_loop::begin_drain() {
    net::post(io_, [this] {
        draining_ = true;
        for (auto& session : sessions_) session.drain();
    });
}

void io_loop::abort_all() {
    net::post(io_, [this] {
        draining_ = aborted_ = true;
        for (auto& session : sessions_) session.abort();
        while (!calls_.empty()) {
            auto& call = calls_.front();
            calls_.pop_front();
            call.abort();
        }
    });
}

void io_loop::finish() {
    net::post(io_, [this] {
        box_->close();
        work_.reset();
        timer_.cancel();
    });
}

void io_loop::tick() {
    now_ = steady::now();
    if (const auto second = std::time(nullptr); second != date_second_) {
        date_second_ = second;
        date_ = date_text(second);
    }
    for (auto& session : sessions_) session.tick(now_);
}

void io_loop::schedule_tick() {
    timer_.expires_after(period_);
    timer_.async_wait([this](error_code error) {
        if (error || !work_) return;
        tick();
        schedule_tick();
    });
}

} // namespace gradesvc::http
