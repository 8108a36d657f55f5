#include "gradesvc/app/render.hpp"

#include "fakes.hpp"
#include "support/catch.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

using namespace gradesvc;
using namespace gradesvc::app;
using namespace gradesvc::app::test;
using boost::json::parse;

namespace {

ports::submission_view view_of(ports::submission_status status) {
    return {.id = domain::submission_id::v5("x"),
            .user_id = "u \"1\"",
            .test_id = "t",
            .test_version = 3,
            .attempt = {},
            .status = status,
            .accepted_at = at_ms(1'777'887'000'007),
            .scored_at = {},
            .result = {},
            .failure_code = {},
            .failure_detail = {},
            .failure_attempts = 0};
}

const std::string id = domain::submission_id::v5("x").to_string();

} // namespace

TEST_CASE("an accepted submission has every member, null where it does not apply", "[render]") {
    CHECK(boost::json::serialize(parse(status_json(view_of(ports::submission_status::accepted)))) ==
          R"({"submission_id":")" + id +
              R"(","user_id":"u \"1\"","test_id":"t","test_version":3,"attempt":null,"status":"accepted",)" +
              R"("accepted_at":"2026-05-04T09:30:00.007Z","scored_at":null,"result":null,"failure":null})");
}

TEST_CASE("a scored submission shows its result as it is", "[render]") {
    auto view = view_of(ports::submission_status::scored);
    view.scored_at = at_ms(1'777'887'000'100);
    view.attempt = 2;
    view.result = R"({"score":{"raw":1.0}})";
    const auto text = status_json(view);
    const auto json = parse(text).as_object();
    CHECK(json.at("status") == "scored");
    CHECK(json.at("scored_at") == "2026-05-04T09:30:00.100Z");
    CHECK(json.at("attempt") == 2);
    CHECK(text.find(R"("result":{"score":{"raw":1.0}})") != std::string::npos);
    CHECK(json.at("failure").is_null());
}

TEST_CASE("a failed submission says why", "[render]") {
    auto view = view_of(ports::submission_status::failed);
    view.user_id = view.test_id = ""; // of garbage nothing is known
    view.test_version.reset();
    view.failure_code = "malformed";
    view.failure_detail = "not \"JSON\"";
    view.failure_attempts = 1;
    const auto json = parse(status_json(view)).as_object();
    CHECK(json.at("status") == "failed");
    CHECK(json.at("user_id").is_null());
    CHECK(json.at("test_id").is_null());
    CHECK(json.at("test_version").is_null());
    CHECK(json.at("result").is_null());
    CHECK(json.at("failure") == boost::json::value{{"code", "malformed"}, {"detail", "not \"JSON\""}, {"attempts", 1}});
}

TEST_CASE("a page has rows without results, and a cursor when there is more", "[render]") {
    CHECK(page_json({}, false) == R"({"data":[],"next_cursor":null})");
    auto scored = view_of(ports::submission_status::scored);
    scored.result = "{}";
    const std::vector rows{view_of(ports::submission_status::accepted), scored};
    const auto page = parse(page_json(rows, true)).as_object();
    REQUIRE(page.at("data").as_array().size() == 2);
    for (const auto& row : page.at("data").as_array()) {
        CHECK(row.as_object().size() == 9);
        CHECK_FALSE(row.as_object().contains("result"));
    }
    CHECK(page.at("next_cursor") == boost::json::string(cursor_of(rows.back())));
    CHECK(parse(page_json(rows, false)).as_object().at("next_cursor").is_null());
}

TEST_CASE("a cursor leads back to its row", "[render]") {
    const auto view = view_of(ports::submission_status::accepted);
    const auto place = parse_cursor(cursor_of(view));
    REQUIRE(place);
    CHECK(place->first == view.accepted_at);
    CHECK(place->second == view.id);
    for (const auto* other : {"", "x", "5", "5.", ".", "5.x", ".4f3a4992-2808-5e59-a333-1f7a06208ece",
                              "99999999999999999999.4f3a4992-2808-5e59-a333-1f7a06208ece",
                              "5.4f3a4992-2808-5e59-a333-1f7a06208ece ", "0x5.4f3a4992-2808-5e59-a333-1f7a06208ece"})
        CHECK_FALSE(parse_cursor(other));
}

TEST_CASE("a test is shown with its key only to who may see it", "[render]") {
    catalog tests;
    add_test(
        tests,
        R"({"test_id":"t","version":1,"items":[{"correct":"A","irt":{"model":"1PL","b":0},"item_id":"q","options":["A","B"]}]})");
    const auto shown = test_json(*tests.latest("t"), false);
    CHECK(shown.find("correct") == std::string::npos);
    CHECK(shown.find("irt") == std::string::npos);
    CHECK(parse(shown).as_object().at("items").as_array().size() == 1);
    CHECK(test_json(*tests.latest("t"), true) == tests.latest("t")->json);
}

TEST_CASE("tests are listed with what one needs to choose", "[render]") {
    catalog tests;
    add_test(tests, simple_test(4, "Algebra"));
    add_test(
        tests,
        R"({"test_id":"new","version":1,"items":[{"item_id":"o","type":"order","options":["A","B"],"correct":["A","B"]}]})");
    const auto all = tests.all_latest();
    const auto list = parse(test_list_json(all)).as_object().at("data").as_array();
    REQUIRE(list.size() == 2);
    const auto& beyond = list[0].as_object(); // this engine cannot score it
    CHECK(beyond.at("test_id") == "new");
    CHECK(beyond.at("title").is_null());
    CHECK(beyond.at("items") == 1);
    const auto& known = list[1].as_object();
    CHECK(known.at("test_id") == "t");
    CHECK(known.at("version") == 4);
    CHECK(known.at("title") == "Algebra");
    CHECK(known.at("items") == 2);
    CHECK(known.at("definition_sha256") == tests.latest("t")->sha256.c_str());
    CHECK(known.at("published_at").is_string());
    CHECK(test_list_json({}) == R"({"data":[]})");
}
