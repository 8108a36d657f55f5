// The HTTP side of gradesvc: the API of docs/api.md, or only the operator's part of it for a worker. Owns its threads.
// What the services refer to must outlive the server, and the services' callbacks may come until it is destroyed.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace gradesvc::app {
class submit;
class publish_test;
class catalog;
class watch;
} // namespace gradesvc::app
namespace gradesvc::ports {
class read_model;
class follower;
} // namespace gradesvc::ports
namespace gradesvc::telemetry {
class metrics;
}

namespace gradesvc::http {

struct limits {
    std::size_t max_body = 512 * 1024;                          ///< of a request, or of one line of a batch
    std::size_t max_header = 16 * 1024;                         ///< request line and header fields
    std::size_t max_connections = 10'000;                       ///< more are answered 503 and closed
    std::chrono::milliseconds idle = std::chrono::seconds(60);  ///< between two requests
    std::chrono::milliseconds read = std::chrono::seconds(30);  ///< for a whole request once it has begun
    std::chrono::milliseconds write = std::chrono::seconds(30); ///< for a whole answer
    std::chrono::milliseconds linger = std::chrono::seconds(2); ///< for the client to see why it is cut off
    int readers = 2;                   ///< threads for looks into the read model and definitions
    std::size_t reader_queue = 16'384; ///< jobs that may wait for them; more are answered 503
};

struct readiness {
    bool ok = false;
    std::string json; ///< shown by /readyz
};

/// `ready` is called on an io thread: it must not block.
struct api_services {
    app::submit& submit;
    app::publish_test& publish_test;
    const app::catalog& tests;
    const ports::read_model& rows;
    ports::follower& view; ///< of the read model
    app::watch& watch;
    telemetry::metrics& metrics;
    std::function<readiness()> ready;
};

/// For /healthz, /readyz and /metrics alone.
struct admin_services {
    telemetry::metrics& metrics;
    std::function<readiness()> ready;
};

struct config {
    std::vector<std::string> listen; ///< HOST:PORT, [IPV6]:PORT; port 0 picks a free one
    int threads = 1;
};

/// An address that cannot be understood, found or bound. The message is one sentence for the operator.
struct listen_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class server {
public:
    /// Binds and listens, but answers nobody before start(). Throws listen_error.
    server(const config&, api_services, const limits& = {});
    server(const config&, admin_services, const limits& = {});
    ~server(); ///< stops hard what drain() has not ended

    server(const server&) = delete;
    server& operator=(const server&) = delete;

    /// HOST:PORT with the real port, in the order of config::listen.
    std::vector<std::string> listening() const;

    void start();

    /// Ends gracefully: takes no new connections, closes idle ones at once, ends waits with the present status, answers
    /// what is under way with `Connection: close`; what is left after `limit` is cut off. Blocks until all is over.
    /// Returns whether everything ended by itself. No call but the destructor afterwards.
    bool drain(std::chrono::milliseconds limit);

private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

} // namespace gradesvc::http
