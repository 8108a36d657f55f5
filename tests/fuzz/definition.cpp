// Any bytes as a definition: decoded, stored, compiled, and scored with an own answer for each item and without one.
#include "codec/definition.hpp"

#include "codec/submission_decoder.hpp"
#include "fuzz/check_sheet.hpp"
#include "fuzz/own_answers.hpp"
#include "gradesvc/scoring/scorer.hpp"

using namespace gradesvc;
using fuzz::must;

namespace {

void check_stored(std::string_view json, const domain::test_definition& definition) {
    const auto stored = codec::store_definition(json, 7);
    const auto again = codec::decode_definition(stored);
    must(again && again->version == 7 && again->items.size() == definition.items.size(), "what is stored is valid");
    must(codec::definition_sha256(stored) == codec::definition_sha256(json), "a version does not change the hash");
    codec::json_document document;
    must(document.parse(codec::public_definition(json)).empty(), "what candidates see is JSON");
}

void score(const scoring::scorer& scorer, std::string_view json) {
    static codec::submission_decoder decoder;
    static scoring::score_sheet sheet;
    const auto submission = decoder.decode(json, codec::unknown_members::refuse);
    if (!submission) return; // a key may be longer than an answer can be
    std::vector<domain::field_error> errors;
    scorer.check(**submission, errors);
    must(errors.empty(), "the key is an answer");
    for (const auto profile : {scoring::profile::fast, scoring::profile::full}) {
        scorer.score(**submission, profile, sheet);
        fuzz::check_sheet(scorer.definition(), sheet);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
    const std::string_view json(reinterpret_cast<const char*>(bytes), size);
    auto definition = codec::decode_definition(json);
    if (!definition) {
        const auto& why = definition.error();
        must(why.code == domain::errc::malformed || !why.errors.empty(), "a refusal says where");
        return 0;
    }
    check_stored(json, *definition);
    const auto scorer = scoring::scorer::compile(*std::move(definition));
    if (!scorer) return 0;
    score(**scorer, fuzz::own_answers((*scorer)->definition()));
    score(**scorer, R"({"user_id":1,"test_id":1,"answers":{}})");
    return 0;
}
