#include "gradesvc/app/publish_test.hpp"

#include "app/events.hpp"
#include "codec/definition.hpp"

#include <algorithm>

namespace gradesvc::app {

using domain::errc;
using domain::refusal;

namespace {

constexpr std::chrono::seconds catch_up_limit(10);
constexpr int max_tries = 5; // against other instances that publish the same test at the same moment

refusal not_now() {
    return {
        errc::overloaded, "The test could not be stored at the moment; send it again.", {}, std::chrono::seconds(2)};
}

bool etag_matches(std::string_view if_match, const test_ptr& latest) {
    if (!latest) return false;
    if (if_match == "*") return true;
    const auto at = if_match.find('"' + latest->sha256 + '"');
    const bool weak = at != std::string_view::npos && if_match.substr(0, at).ends_with("W/"); // never equal: RFC 9110
    return at != std::string_view::npos && !weak;
}

} // namespace

// One publish: catch up, decide, append, catch up, look whether ours is the version that counts.
struct publish_test::operation : std::enable_shared_from_this<operation> {
    publish_test& use_case;
    publish_request request;
    std::function<void(domain::outcome<published>)> done;
    std::string test_id, sha256;
    std::optional<std::int64_t> wanted; // version in the document
    int tries = 0;

    operation(publish_test& u, publish_request r, std::function<void(domain::outcome<published>)> d)
        : use_case(u), request(std::move(r)), done(std::move(d)) {}

    void start() {
        auto definition = codec::decode_definition(request.document);
        if (!definition) return done(definition.error());
        if (!request.test_id.empty() && definition->test_id != request.test_id)
            return done(refusal{errc::validation,
                                "The path and the document name different tests.",
                                {{"/test_id", "differs from the test of the path"}}});
        test_id = definition->test_id;
        wanted = definition->version;
        sha256 = codec::definition_sha256(request.document);
        if (auto scorer = scoring::scorer::compile(*std::move(definition)); !scorer) return done(scorer.error());
        catch_up([self = shared_from_this()] { self->decide(); });
    }

    void catch_up(std::function<void()> then) {
        use_case.follower_.catch_up(catch_up_limit, [self = shared_from_this(), then = std::move(then)](bool there) {
            if (there)
                then();
            else
                self->done(not_now());
        });
    }

    // The version that has this content already and makes the request a no-op, or null.
    test_ptr unchanged() const {
        const auto latest = use_case.tests_.latest(test_id);
        if (wanted) {
            const auto same = use_case.tests_.find(test_id, *wanted);
            if (same && same->sha256 == sha256) return same;
            return latest && *wanted <= latest->version && latest->sha256 == sha256 ? latest : nullptr;
        }
        if (latest && latest->sha256 == sha256) return latest;
        if (request.equal_to_any)
            for (const auto& version : use_case.tests_.versions(test_id))
                if (version->sha256 == sha256) return version;
        return nullptr;
    }

    void decide() {
        const auto latest = use_case.tests_.latest(test_id);
        if (request.if_match && !etag_matches(*request.if_match, latest))
            return done(
                refusal{errc::precondition_failed, "The latest version of the test is not the one of If-Match."});
        if (auto same = unchanged()) return done(published{std::move(same), false});
        const std::int64_t newest = latest ? latest->version : 0;
        if (wanted && *wanted <= newest)
            return done(refusal{errc::conflict, "Version " + std::to_string(*wanted) + " of test \"" + test_id +
                                                    "\" is not above the latest, " + std::to_string(newest) +
                                                    ", and has other content."});
        append(wanted.value_or(newest + 1));
    }

    void append(std::int64_t version) {
        const auto now = use_case.clock_.now();
        const std::string id = test_id + '@' + std::to_string(version);
        ports::outgoing record{.topic = use_case.names_.definitions,
                               .key = test_id,
                               .value = codec::store_definition(request.document, version),
                               .headers = event_headers({id, test_published, test_id, now})};
        use_case.publisher_.publish(record, [self = shared_from_this(), version](const ports::delivery& delivery) {
            if (delivery.error == ports::log_errc::too_large)
                return self->done(refusal{errc::too_large, "The definition is larger than the log takes."});
            if (delivery.error) return self->done(not_now());
            self->catch_up([self, version] { self->confirm(version); });
        });
    }

    void confirm(std::int64_t version) {
        auto stands = use_case.tests_.find(test_id, version);
        if (stands && stands->sha256 == sha256) return done(published{std::move(stands), true});
        if (++tries < max_tries) return decide(); // another instance was first with this version
        done(not_now());
    }
};

void publish_test::operator()(publish_request request, std::function<void(domain::outcome<published>)> done) {
    std::make_shared<operation>(*this, std::move(request), std::move(done))->start();
}

} // namespace gradesvc::app
