#include "definition_support.hpp"
#include "support/catch.hpp"

#include <utility>

using namespace gradesvc;
using test::bad_places;
using places = std::vector<std::string>;

namespace {

// A test with one item of these members.
std::string item(const std::string& members) {
    return R"({"test_id":"t","skills":[{"skill_id":"s"}],"items":[{"item_id":"q",)" + members + "}]}";
}

// A test with one good item and these members.
std::string test_with(const std::string& members) {
    return R"({"test_id":"t","items":[{"item_id":"q","correct":"A"}],)" + members + "}";
}

const std::string numeric = R"("type":"text_entry","rule":"numeric",)";
const std::string text = R"("type":"text_entry","rule":"text",)";

} // namespace

TEST_CASE("what is not JSON is malformed") {
    for (const auto* json : {"", "{", "{} x", "\xff", "nul", "{'a':1}"}) {
        const auto result = codec::decode_definition(json);
        REQUIRE(result.has_error());
        CHECK(result.error().code == domain::errc::malformed);
    }
    CHECK(codec::decode_definition(std::string(100, '[') + std::string(100, ']')).error().code ==
          domain::errc::malformed);
}

TEST_CASE("JSON of another kind is not valid") {
    for (const auto* json : {"[]", "1", "\"x\"", "null"}) {
        const auto result = codec::decode_definition(json);
        REQUIRE(result.has_error());
        CHECK(result.error().code == domain::errc::validation);
        CHECK(bad_places(json) == places{""});
    }
}

TEST_CASE("every error is told at once") {
    CHECK(bad_places(R"({"version":0,"extra":1,"items":[{"correct":"A","skills":{"x":1}},
                        {"item_id":"q","options":["A"],"correct":"B"},{"item_id":"q","correct":"A","a/b":1}]})") ==
          places{"/test_id", "/version", "/items/0/item_id", "/items/0/skills/x", "/items/1/correct",
                 "/items/2/item_id", "/items/2/a~1b", "/extra"});
    CHECK(bad_places(R"({"test_id":"t","test_id":"t","items":[{"item_id":"q","correct":"A"}]})") == places{"/test_id"});
}

TEST_CASE("at most 100 errors are told") {
    std::string json = R"({"test_id":"t","items":[)";
    for (int i = 0; i < 300; ++i) json += std::string(i == 0 ? "" : ",") + "{}";
    CHECK(bad_places(json + "]}").size() == 100);
}

TEST_CASE("members of a test out of bounds") {
    const std::pair<const char*, const char*> cases[] = {
        {R"("title":5)", "/title"},
        {R"("title":{"en":1})", "/title/en"},
        {R"("version":1.5)", "/version"},
        {R"("time_limit_s":0)", "/time_limit_s"},
        {R"("blank_policy":"maybe")", "/blank_policy"},
        {R"("negative_total":"yes")", "/negative_total"},
        {R"("scale":{"slope":0})", "/scale/slope"},
        {R"("scale":{"slope":1,"min":5,"max":5})", "/scale/max"},
        {R"("scale":{"slope":1,"step":0})", "/scale/step"},
        {R"("scale":{"slope":1,"factor":2})", "/scale/factor"},
        {R"("ability":{"estimator":"best"})", "/ability/estimator"},
        {R"("ability":{"d":0})", "/ability/d"},
        {R"("ability":{"prior":{"sd":0}})", "/ability/prior/sd"},
        {R"("ability":{"quadrature":{"min":1,"max":0}})", "/ability/quadrature/max"},
        {R"("ability":{"quadrature":{"points":100000}})", "/ability/quadrature/points"},
        {R"("levels":[{"label":"a","min":1},{"label":"b","min":1}])", "/levels/1/min"},
        {R"("levels":[{"min":1}])", "/levels/0/label"},
        {R"("skills":[{"skill_id":"a"},{"skill_id":"a"}])", "/skills/1/skill_id"},
        {R"("skills":[{"skill_id":"a","prerequisites":["z"]}])", "/skills/0/prerequisites/0"},
        {R"("skills":[{"skill_id":"c"},{"skill_id":"a","prerequisites":["b"]},{"skill_id":"b","prerequisites":["a"]}])",
         "/skills/1/prerequisites"},
        {R"("skills":[{"skill_id":"a","resources":[""]}])", "/skills/0/resources/0"},
        {R"("skill_model":{"correlation":[[1]]})", "/skill_model/correlation"},
        {R"("skills":[{"skill_id":"a"},{"skill_id":"b"}],"skill_model":{"correlation":[[1,0.5],[0.4,1]]})",
         "/skill_model/correlation/0/1"},
        {R"("skills":[{"skill_id":"a"},{"skill_id":"b"}],"skill_model":{"correlation":[[1,1],[1,1]]})",
         "/skill_model/correlation"},
        {R"("skills":[{"skill_id":"a"}],"skill_model":{"correlation":[[2]]})", "/skill_model/correlation/0/0"},
    };
    for (const auto& [members, pointer] : cases) {
        INFO(members);
        CHECK(bad_places(test_with(members)) == places{pointer});
    }
}

TEST_CASE("ids keep to their form") {
    for (const auto* id : {R"("")", R"("a/b")", R"("a@b")", R"("a\u0001")", "1.5", "true", "null"}) {
        INFO(id);
        CHECK(bad_places(std::string(R"({"test_id":)") + id + R"(,"items":[{"item_id":"q","correct":"A"}]})") ==
              places{"/test_id"});
    }
    CHECK(bad_places(R"({"test_id":)" + std::string(129, '7') + R"(,"items":[{"item_id":"q","correct":"A"}]})") ==
          places{"/test_id"});
    CHECK(bad_places(R"({"test_id":"t","items":[{"item_id":"a/b","correct":"A"}]})") == places{"/items/0/item_id"});
    CHECK(bad_places(R"({"test_id":"t","items":[{"item_id":")" + std::string(129, 'x') + R"(","correct":"A"}]})") ==
          places{"/items/0/item_id"});
    CHECK(bad_places(R"({"test_id":"t","items":[]})") == places{"/items"});
}

TEST_CASE("items that contradict themselves") {
    const std::pair<std::string, const char*> cases[] = {
        {R"("type":"riddle","correct":"A")", "type"},
        {R"("type":"choice")", "correct"},
        {R"("correct":[])", "correct"},
        {R"("correct":["A","B"])", "correct"},
        {R"("correct":5)", "correct"},
        {R"("options":["A","A"],"correct":"A")", "options/1"},
        {R"("options":[],"correct":"A")", "options"},
        {R"("options":["A",""],"correct":"A")", "options/1"},
        {R"("options":["A"],"correct":"A","misconceptions":{"B":"x"})", "misconceptions/B"},
        {R"("correct":"A","max_score":-1)", "max_score"},
        {R"("correct":"A","max_score":1e7)", "max_score"},
        {R"("correct":"A","max_score":"1/0")", "max_score"},
        {R"("correct":"A","rule":"edc")", "rule"},
        {R"("correct":"A","rule":"guess")", "rule"},
        {R"("correct":"A","rule":{})", "rule/kind"},
        {R"("correct":"A","rule":{"kind":"match_correct","wrong_score":2})", "rule/wrong_score"},
        {R"("correct":"A","rule":{"kind":"match_correct","penalty":1})", "rule/penalty"},
        {R"("correct":"A","rule":{"kind":"map_response","mapping":{}})", "rule/mapping"},
        {R"("options":["A"],"rule":{"kind":"map_response","mapping":{"B":1}})", "rule/mapping/B"},
        {R"("rule":{"kind":"map_response","mapping":{"B":"x"}})", "rule/mapping/B"},
        {R"("rule":{"kind":"map_response","mapping":{"B":1},"lower_bound":1,"upper_bound":0})", "rule/lower_bound"},
        {R"("rule":{"kind":"map_response"})", "correct"},
        {R"("correct":"A","skills":{"s":0})", "skills/s"},
        {R"("correct":"A","units":{"m":1})", "units"},
        {R"("correct":"A","irt":{"model":"2PL"})", "irt/b"},
        {R"("correct":"A","irt":{"model":"5PL","b":0})", "irt/model"},
        {R"("correct":"A","irt":{"model":"GRM","b":[0,1,1]})", "irt/b/2"},
        {R"("correct":"A","irt":{"model":"GPCM","b":0})", "irt/b"},
        {R"("correct":"A","irt":{"model":"2PL","b":0,"c":0.2})", "irt/c"},
        {R"("type":"order","options":["A","B"],"correct":["A"])", "correct"},
        {R"("type":"match","options":["A"],"targets":["B"],"correct":[["B","A"]])", "correct/0"},
        {R"("type":"text_entry","correct":"A")", "rule"},
        {text + R"("correct":[{"value":"*","wildcard":true,"fraction":2}])", "correct/0/fraction"},
        {text + R"("correct":[{"value":"********************* ","wildcard":true}])", "correct/0/value"},
        {text + R"("correct":[{}])", "correct/0/value"},
        {numeric + R"("correct":"abc")", "correct"},
        {numeric + R"("correct":[{"value":"1e401"}])", "correct/0/value"},
        {numeric + R"("correct":[{"value":"1e-500"}])", "correct/0/value"},
        {numeric + R"("correct":[{"value":"(0,1e-401]","tol_type":"range"}])", "correct/0/value"},
        {numeric + R"("correct":[{"value":"[2,1]","tol_type":"range"}])", "correct/0/value"},
        {numeric + R"("correct":[{"value":"1","tol":-1}])", "correct/0/tol"},
        {numeric + R"("correct":[{"value":"1","tol":[1,2]}])", "correct/0/tol"},
        {numeric + R"("correct":[{"value":"1","tol":1.5,"tol_type":"sigfig"}])", "correct/0/tol"},
        {numeric + R"("correct":[{"value":"1","tol_type":"decimals"}])", "correct/0/tol"},
        {numeric + R"("correct":1,"units":{"m":0})", "units/m"},
        {numeric + R"("correct":1,"unit_required":true)", "unit_required"},
        {numeric + R"("correct":1,"unit_penalty":2)", "unit_penalty"},
        {R"("cardinality":"multiple","correct":"A","rule":"edc")", "options"},
        {R"("type":"order","cardinality":"single","options":["A","B"],"correct":["A","B"])", "cardinality"},
        {R"("type":"order","options":["A","B"],"correct":["A","B"],"misconceptions":{"A":"x"})", "misconceptions"},
        {R"("type":"inline_choice","gaps":{"":["A"]},"correct":[["A",""]])", "gaps/"},
        {R"("type":"inline_choice","gaps":{"g":["A"],"h":["B"]},"correct":[["B","g"]])", "correct/0"},
        {R"("type":"associate","options":["A","B"],"correct":[["A","B"],["B","A"]])", "correct/1"},
        {R"("type":"match","options":["A"],"targets":["B"],"rule":{"kind":"map_response","mapping":[
            {"value":["A","A"],"score":1}]})",
         "rule/mapping/0/value"},
        {R"("type":"associate","options":["A","B"],"rule":{"kind":"map_response","mapping":[
            {"value":["A","B"],"score":1},{"value":["B","A"],"score":2}]})",
         "rule/mapping/1/value"},
        {R"("type":"select_point","rule":{"kind":"map_response_point","areas":[{"area_id":"a","shape":"circle",
            "coords":[1,2,-3],"score":1}]})",
         "rule/areas/0/coords"},
        {R"("type":"select_point","rule":{"kind":"map_response_point","areas":[
            {"area_id":"a","shape":"default","score":1},{"area_id":"b","shape":"default","score":1}]})",
         "rule/areas/1/shape"},
        {R"("type":"upload","rule":{"kind":"external","rubric":[{"criterion_id":"c","max":-1}]})", "rule/rubric/0/max"},
        {R"("type":"hotspot","rule":{"kind":"map_response_point","areas":[{"area_id":"a","shape":"circle",
            "coords":[1,2],"score":1}]})",
         "rule/areas/0/coords"},
    };
    for (const auto& [members, pointer] : cases) {
        INFO(members);
        const auto found = bad_places(item(members));
        REQUIRE_FALSE(found.empty());
        CHECK(found.front() == "/items/0/" + std::string(pointer));
    }
}
