#include "http/response_head.hpp"

namespace gradesvc::http {
namespace {

std::string_view reason(int status) {
    switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 409: return "Conflict";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
    default: return "Unknown";
    }
}

} // namespace

void append_head(std::string& out, const response& answer, const head_options& options) {
    const bool bodiless = answer.status == 204 || answer.status == 304;
    out.append("HTTP/1.1 ").append(std::to_string(answer.status)).append(" ").append(reason(answer.status));
    out.append("\r\nDate: ").append(options.date);
    if (!bodiless) {
        out.append("\r\nContent-Type: ").append(answer.content_type);
        if (options.body == framing::length)
            out.append("\r\nContent-Length: ").append(std::to_string(answer.body.size()));
        if (options.body == framing::chunked) out.append("\r\nTransfer-Encoding: chunked");
    }
    out.append("\r\nX-Content-Type-Options: nosniff\r\n").append(answer.headers);
    if (!options.keep_alive)
        out.append("Connection: close\r\n");
    else if (!options.http11)
        out.append("Connection: keep-alive\r\n");
    out.append("\r\n");
}

} // namespace gradesvc::http
