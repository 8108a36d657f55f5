#include "gradesvc/app/submit.hpp"

#include "app/events.hpp"
#include "codec/object_writer.hpp"
#include "codec/submission_decoder.hpp"
#include "codec/text.hpp"
#include "gradesvc/faults/fault.hpp"

#include <algorithm>

namespace gradesvc::app {

using domain::errc;
using domain::outcome;
using domain::refusal;

namespace {

constexpr std::size_t max_key_length = 255;

// `"k"` (a structured-field string) or k bare.
outcome<std::string> parse_key(std::string_view header) {
    std::string key;
    if (header.size() >= 2 && header.front() == '"' && header.back() == '"') {
        header = header.substr(1, header.size() - 2);
        for (std::size_t i = 0; i < header.size(); ++i) {
            if (header[i] == '\\' && i + 1 < header.size()) ++i;
            key += header[i];
        }
    } else {
        key = header;
    }
    const bool good = codec::is_utf8(key) && !codec::has_control(key);
    if (key.empty() || !good || codec::code_points(key) > max_key_length)
        return refusal{errc::validation,
                       "The Idempotency-Key header must have 1 to 255 characters and no control characters.",
                       {{"", "Idempotency-Key: must have 1 to 255 characters and no control characters"}}};
    return key;
}

// The key of header and body together; unset when neither has one.
outcome<std::optional<std::string>> key_of(const submit_request& request, const domain::submission& submission) {
    std::optional<std::string> key;
    if (submission.submission_key) key = std::string(*submission.submission_key);
    if (!request.idempotency_key) return key;
    auto header = parse_key(*request.idempotency_key);
    if (!header) return header.error();
    if (key && *key != *header)
        return refusal{errc::validation,
                       "The Idempotency-Key header and submission_key differ.",
                       {{"/submission_key", "differs from the Idempotency-Key header"}}};
    return std::optional(std::move(*header));
}

struct scorable_test {
    test_ptr test;
    std::shared_ptr<const scoring::scorer> scorer;
};

outcome<scorable_test> test_of(const catalog& tests, const domain::submission& submission) {
    const std::string id(submission.test_id);
    auto test = submission.test_version ? tests.find(id, *submission.test_version) : tests.latest(id);
    if (test)
        if (auto scorer = tests.scorer_of(*test)) return scorable_test{std::move(test), std::move(scorer)};
    if (!tests.complete())
        return refusal{errc::overloaded, "The published tests are still being read.", {}, std::chrono::seconds(1)};
    if (!submission.test_version || !tests.latest(id))
        return refusal{errc::unknown_test,
                       "There is no published test \"" + id + "\".",
                       {{"/test_id", "no test of this id is published"}}};
    return refusal{errc::unknown_test,
                   "Test \"" + id + "\" has no such version.",
                   {{"/test_version", "this version of the test is not published"}}};
}

outcome<test_ptr> validate(const catalog& tests, const domain::submission& submission) {
    auto found = test_of(tests, submission);
    if (!found) return found.error();
    std::vector<domain::field_error> errors;
    found->scorer->check(submission, errors);
    if (!errors.empty()) return refusal{errc::validation, "The answers do not fit the test.", std::move(errors)};
    return std::move(found->test);
}

refusal not_stored(const boost::system::error_code& error) {
    if (error == ports::log_errc::too_large) return {errc::too_large, "The submission is larger than the log takes."};
    return {errc::overloaded,
            "The submission could not be stored at the moment; send it again, with the same key if it has one.",
            {},
            std::chrono::seconds(error == ports::log_errc::queue_full ? 1 : 5)};
}

} // namespace

void submit::operator()(const submit_request& request, std::function<void(outcome<accepted>)> done) {
    thread_local codec::submission_decoder decoder;
    const auto decoded = decoder.decode(request.body, codec::unknown_members::refuse);
    if (!decoded) return done(decoded.error());
    const domain::submission& submission = **decoded;
    const auto test = validate(tests_, submission);
    if (!test) return done(test.error());
    const auto key = key_of(request, submission);
    if (!key) return done(key.error());

    accepted answer{.id = {}, .accepted_at = clock_.now(), .test_version = (*test)->version};
    answer.id = *key ? codec::id_for_key(submission.user_id, submission.test_id, **key)
                     : domain::submission_id::v7(answer.accepted_at, clock_.random());
    const std::string id = answer.id.to_string();
    ports::outgoing record{
        .topic = names_.submissions,
        .key = std::string(submission.user_id),
        .value = std::string(request.body),
        .headers = event_headers({id + "/accepted", submission_accepted, id, answer.accepted_at, request.traceparent})};
    record.headers.push_back({"gs_test_version", std::to_string(answer.test_version)});
    record.headers.push_back({"gs_definition_sha256", (*test)->sha256});
    faults::point("app.publish");
    publisher_.publish(record, [answer, done = std::move(done)](const ports::delivery& delivery) {
        faults::point("app.delivered");
        if (delivery.error) return done(not_stored(delivery.error));
        auto stored = answer;
        stored.at = delivery.at;
        done(stored);
    });
}

std::string accepted_json(const accepted& answer) {
    const std::string id = answer.id.to_string();
    std::string json;
    json.reserve(320);
    codec::object_writer(json)
        .text("message", "success, processing asynchronously")
        .text("submission_id", id)
        .text("status", "accepted")
        .text("status_url", "/v1/submissions/" + id)
        .time("accepted_at", answer.accepted_at)
        .integer("test_version", answer.test_version)
        .text("durable", answer.at == ports::durable::log ? "log" : "spool")
        .close();
    return json;
}

} // namespace gradesvc::app
