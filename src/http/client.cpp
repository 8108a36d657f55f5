#include "gradesvc/http/client.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/url/parse.hpp>

#include <stdexcept>

namespace gradesvc::http {

namespace net = boost::asio;
namespace beast = boost::beast;

namespace {

constexpr std::size_t max_answer = 64 * 1024;

// A deadline needs asynchronous operations: each of these runs the context until it is over.
template <class Start>
void run(net::io_context& io, beast::tcp_stream& stream, std::chrono::steady_clock::time_point deadline, Start start) {
    boost::system::error_code result;
    stream.expires_at(deadline);
    start([&result](boost::system::error_code ec, auto&&...) { result = ec; });
    io.restart();
    io.run();
    if (result) throw std::runtime_error(result.message());
}

} // namespace

fetched fetch(const std::string& url, const std::string& default_path, std::chrono::milliseconds limit) {
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed || parsed->scheme() != "http" || parsed->host().empty())
        throw std::runtime_error("\"" + url + "\" is not a URL like http://127.0.0.1:8080");
    const std::string host = parsed->host_address();
    const std::string port = parsed->has_port() ? std::string(parsed->port()) : "80";
    const std::string target = parsed->encoded_path().size() > 1 ? std::string(parsed->encoded_path()) : default_path;
    try {
        const auto deadline = std::chrono::steady_clock::now() + limit;
        net::io_context io;
        beast::tcp_stream stream(io);
        const auto addresses = net::ip::tcp::resolver(io).resolve(host, port);
        run(io, stream, deadline, [&](auto done) { stream.async_connect(addresses, done); });
        beast::http::request<beast::http::empty_body> request(beast::http::verb::get, target, 11);
        request.set(beast::http::field::host, host + ":" + port);
        request.set(beast::http::field::connection, "close");
        run(io, stream, deadline, [&](auto done) { beast::http::async_write(stream, request, done); });
        beast::flat_buffer buffer;
        beast::http::response_parser<beast::http::string_body> answer;
        answer.body_limit(max_answer);
        run(io, stream, deadline, [&](auto done) { beast::http::async_read(stream, buffer, answer, done); });
        return {static_cast<int>(answer.get().result_int()), answer.get().body()};
    } catch (const std::exception& error) {
        throw std::runtime_error(url + ": " + error.what());
    }
}

} // namespace gradesvc::http
