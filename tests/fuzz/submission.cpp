// Any bytes as a submission to a test with every item type: decoded, checked, scored.
#include "codec/definition.hpp"
#include "codec/submission_decoder.hpp"
#include "fuzz/check_sheet.hpp"
#include "gradesvc/scoring/scorer.hpp"

#include <fstream>
#include <iterator>

using namespace gradesvc;
using fuzz::must;

namespace {

std::shared_ptr<const scoring::scorer> all_types() {
    std::ifstream in(GRADESVC_SOURCE_DIR "/tests/vectors/all-types.json");
    auto definition = codec::decode_definition(std::string(std::istreambuf_iterator<char>(in), {}));
    must(definition.has_value(), "the test is valid");
    auto scorer = scoring::scorer::compile(*std::move(definition));
    must(scorer.has_value(), "the test can be scored");
    return *std::move(scorer);
}

bool decodes(codec::submission_decoder& decoder, std::string_view json, codec::unknown_members unknown) {
    const auto decoded = decoder.decode(json, unknown);
    if (decoded) return true;
    const auto& why = decoded.error();
    must(why.code == domain::errc::malformed || !why.errors.empty(), "a refusal says where");
    return false;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
    static const auto scorer = all_types();
    static codec::submission_decoder decoder;
    static scoring::score_sheet sheet;
    const std::string_view json(reinterpret_cast<const char*>(bytes), size);

    const bool strict = decodes(decoder, json, codec::unknown_members::refuse);
    const auto decoded = decoder.decode(json, codec::unknown_members::ignore);
    must(decoded || !strict, "what requests may send, records may have");
    if (!decoded) return 0;
    must(decoder.answers_sha256() == decoder.answers_sha256(), "the hash of the answers stays the same");
    std::vector<domain::field_error> errors;
    scorer->check(**decoded, errors);
    if (!errors.empty()) return 0;
    scorer->score(**decoded, scoring::profile::full, sheet);
    fuzz::check_sheet(scorer->definition(), sheet);
    return 0;
}
