// What worker and child say to each other comes across whole, and nonsense is noticed.
#include "worker/frames.hpp"

#include "support/catch.hpp"

#include <random>

using namespace gradesvc;
using namespace gradesvc::worker;

namespace {

ports::record sample() {
    ports::record r;
    r.topic = "p.test_submissions";
    r.partition = 7;
    r.offset = 1LL << 40;
    r.time = ports::time_ms(std::chrono::milliseconds(1'700'000'000'123));
    r.key = std::string_view("us\0er", 5);
    r.value = "{\"user_id\":\"x\"}";
    r.headers = {{"ce_id", "1"}, {"", ""}};
    return r;
}

std::string payload_of(frame_writer& w) { return std::string(w.finish().substr(frame_head)); }

} // namespace

TEST_CASE("records and outcomes come across whole") {
    const app::topics names("p.");
    frame_writer w(frame::record);
    put(w, sample());
    const auto bytes = payload_of(w);
    frame_reader from(bytes);
    CHECK(from.kind() == frame::record);
    const auto r = get_record(from);
    CHECK(r.topic == sample().topic);
    CHECK(r.offset == sample().offset);
    CHECK(r.time == sample().time);
    CHECK(r.key == sample().key);
    CHECK(r.value == sample().value);
    CHECK(r.header("ce_id") == "1");
    CHECK(r.headers.size() == 2);

    const bool scored = GENERATE(true, false);
    app::settled s;
    s.output = {scored ? names.results : names.dead_letters, 3, std::nullopt, "value", {{"a", "b"}}};
    s.scored = scored;
    s.reason = scored ? "" : "timed_out";
    s.accepted_at = sample().time;
    if (scored) s.id = domain::submission_id::v5("x");
    frame_writer out(frame::settled);
    put(out, s, names);
    const auto answer = payload_of(out);
    frame_reader back(answer);
    const auto got = get_settled(back, names);
    CHECK(got.output.topic == s.output.topic);
    CHECK(got.output.partition == 3);
    CHECK_FALSE(got.output.key);
    CHECK(got.output.value == "value");
    CHECK(got.output.headers.at(0).value == "b");
    CHECK(got.scored == s.scored);
    CHECK(got.reason == s.reason);
    CHECK(got.accepted_at == s.accepted_at);
    CHECK(got.id == s.id);
}

TEST_CASE("frames that are cut or made up are refused") {
    const app::topics names;
    frame_writer w(frame::record);
    put(w, sample());
    const auto whole = payload_of(w);
    for (std::size_t n = 0; n < whole.size(); ++n) {
        const auto cut = whole.substr(0, n);
        CHECK_THROWS_AS(
            [&] {
                frame_reader from(cut);
                get_record(from);
            }(),
            frame_error);
    }
    std::mt19937 random(5);
    for (int i = 0; i < 2000; ++i) {
        auto bytes = whole;
        for (int k = 0; k < 3; ++k) bytes[random() % bytes.size()] = static_cast<char>(random());
        try {
            frame_reader from(bytes);
            get_settled(from, names);
        } catch (const frame_error&) {}
    }
}
