#include "gradesvc/http/server.hpp"

#include "http/handlers.hpp"
#include "http/listener.hpp"

#include <algorithm>

namespace gradesvc::http {
namespace {

/// How exactly deadlines are kept: an eighth of the shortest limit, within reason.
std::chrono::milliseconds tick_period(const limits& bounds) {
    const auto shortest = std::min({bounds.idle, bounds.read, bounds.write, bounds.linger});
    return std::clamp(shortest / 8, std::chrono::milliseconds(5), std::chrono::milliseconds(250));
}

} // namespace

struct server::impl {
    impl(const config& settings, std::optional<api_services> api, admin_services admin, const limits& bounds)
        : env{std::move(api),
              admin.metrics,
              std::move(admin.ready),
              bounds,
              router(routes(api.has_value())),
              {bounds.readers, bounds.reader_queue}} {
        for (int i = 0; i < std::max(settings.threads, 1); ++i)
            loops.push_back(std::make_unique<io_loop>(tick_period(bounds)));
        for (const auto& address : settings.listen)
            listeners.push_back(std::make_unique<listener>(address, loops, env, live));
    }

    static std::vector<route> routes(bool api) { return api ? api_routes() : admin_routes(); }

    void start() {
        for (auto& one : listeners) one->start();
        for (auto& loop : loops) threads.emplace_back([&loop] { loop->run(); });
    }

    bool drain(std::chrono::milliseconds limit) {
        for (auto& one : listeners) one->close();
        for (auto& loop : loops) loop->begin_drain();
        const bool ended = live.wait_for_none(limit);
        stop();
        return ended;
    }

    /// Ends every coroutine, then the threads.
    void stop() {
        if (threads.empty()) return;
        for (auto& one : listeners) one->close();
        for (auto& loop : loops) loop->abort_all();
        for (auto& loop : loops) loop->finish();
        for (auto& thread : threads) thread.join();
        threads.clear();
    }

    environment env;
    connection_count live;
    std::vector<std::unique_ptr<io_loop>> loops; // before what has sockets on them
    std::vector<std::unique_ptr<listener>> listeners;
    std::vector<std::thread> threads;
};

server::server(const config& settings, api_services api, const limits& bounds) {
    admin_services admin{api.metrics, api.ready};
    impl_ = std::make_unique<impl>(settings, std::move(api), std::move(admin), bounds);
}

server::server(const config& settings, admin_services admin, const limits& bounds)
    : impl_(std::make_unique<impl>(settings, std::nullopt, std::move(admin), bounds)) {}

server::~server() { impl_->stop(); }

std::vector<std::string> server::listening() const {
    std::vector<std::string> addresses;
    for (const auto& one : impl_->listeners) addresses.push_back(one->address());
    return addresses;
}

void server::start() { impl_->start(); }

bool server::drain(std::chrono::milliseconds limit) { return impl_->drain(limit); }

} // namespace gradesvc::http
