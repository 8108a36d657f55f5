#include "http/message_parser.hpp"

#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/parser.hpp>

namespace gradesvc::http {
namespace {

namespace beast = boost::beast;

/// A Beast body that appends to a string of somebody else, without a look at the announced length.
struct appending_body {
    using value_type = std::string*;

    class reader {
    public:
        template <bool IsRequest, class Fields>
        reader(beast::http::header<IsRequest, Fields>&, value_type& target) : target_(target) {}
        template <class Length>
        void init(const Length&, beast::error_code& error) {
            error = {};
        }
        template <class Buffers>
        std::size_t put(const Buffers& buffers, beast::error_code& error) {
            error = {};
            std::size_t size = 0;
            for (const auto buffer : beast::buffers_range_ref(buffers)) {
                target_->append(static_cast<const char*>(buffer.data()), buffer.size());
                size += buffer.size();
            }
            return size;
        }
        void finish(beast::error_code& error) { error = {}; }

    private:
        value_type& target_;
    };
};

std::string_view view(boost::core::string_view text) { return {text.data(), text.size()}; }

} // namespace

struct message_parser::impl {
    std::optional<beast::http::request_parser<appending_body>> parser;
};

message_parser::message_parser() : impl_(std::make_unique<impl>()) {}
message_parser::~message_parser() = default;

std::optional<domain::refusal> message_parser::head(std::string_view bytes, request& rq) {
    rq = {.method = {}, .target = {}, .path = {}, .query = {}, .headers = std::move(rq.headers)};
    rq.headers.clear();
    auto& parser = impl_->parser.emplace();
    parser.body_limit(boost::none); // the session counts, so that a route can take an unbounded stream
    parser.header_limit(static_cast<std::uint32_t>(bytes.size()) + 1);
    parser.eager(false);
    beast::error_code error;
    parser.put(boost::asio::buffer(bytes.data(), bytes.size()), error);
    if (error) return domain::refusal{domain::errc::malformed, "Not an HTTP/1 request: " + error.message() + "."};

    const auto& message = parser.get();
    rq.method = view(message.method_string());
    rq.target = view(message.target());
    rq.http11 = message.version() == 11;
    rq.keep_alive = parser.keep_alive();
    rq.chunked = parser.chunked();
    if (const auto length = parser.content_length()) rq.content_length = *length;
    for (const auto& field : message) rq.headers.push_back({view(field.name_string()), view(field.value())});
    return std::nullopt;
}

bool message_parser::done() const { return impl_->parser->is_done(); }

message_parser::progress message_parser::body(std::string_view bytes, std::string& body) {
    auto& parser = *impl_->parser;
    parser.get().body() = &body;
    progress result;
    while (!parser.is_done() && result.consumed < bytes.size()) {
        const auto rest = bytes.substr(result.consumed);
        beast::error_code error;
        const auto used = parser.put(boost::asio::buffer(rest.data(), rest.size()), error);
        result.consumed += used;
        if (error == beast::http::error::need_more) break;
        if (error) {
            result.malformed = true;
            break;
        }
    }
    return result;
}

} // namespace gradesvc::http
