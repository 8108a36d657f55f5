// Decodes submissions (docs/api.md) from JSON: one parse, no copy of texts, no allocation per answer once the buffers
// have grown. One per thread; what it returns lives until its next decode, and the bytes must live as long.
#pragma once

#include "codec/json_document.hpp"
#include "gradesvc/domain/errc.hpp"
#include "gradesvc/domain/submission.hpp"
#include "gradesvc/domain/submission_id.hpp"

#include <vector>

namespace gradesvc::codec {

/// What to do with members that docs/api.md does not name: requests refuse them, records of the log may have them.
enum class unknown_members { refuse, ignore };

class submission_decoder {
public:
    /// Fails with errc::malformed (not JSON) or errc::validation (every error, with its pointer).
    domain::outcome<const domain::submission*> decode(std::string_view bytes, unknown_members unknown);

    /// Hex SHA-256 of the canonical JSON of `answers`, of the last submission decoded.
    std::string answers_sha256();

private:
    void text_member(json_document::value, std::optional<std::string_view>& target, std::size_t max_length);
    void id_member(json_document::value, std::string_view& target, bool path_safe);
    void claim_member(json_document::value, unknown_members);
    void integer_member(json_document::value, std::optional<std::int64_t>& target, std::int64_t min);
    void metadata(json_document::value);
    void member(json_document::value, unknown_members);
    void answers(json_document::value, unknown_members);
    domain::given_answer answer(json_document::value, unknown_members);
    domain::answer_value decode_value(json_document::value, const std::string& pointer);
    void error(std::string pointer, std::string detail);

    json_document document_;
    domain::submission submission_;
    json_document::value answers_json_;
    std::vector<domain::given_answer> answers_;
    std::vector<domain::answer_value> members_; // of all lists; reserved before use, so that spans stay valid
    std::vector<domain::field_error> errors_;
    std::string scratch_;
};

/// The id of a submission with a key: v5 over the compact JSON ["user","test","key"].
domain::submission_id id_for_key(std::string_view user, std::string_view test, std::string_view key);

/// Why `text` cannot be an id (1–128 code points without controls; path-safe ones without '@' and '/'); "" = it can.
/// `text` is valid UTF-8.
std::string id_error(std::string_view text, bool path_safe);

/// The id that an integer or a string is: integers of any length are ids as written, -0 is 0.
std::string_view id_text(json_document::value);

} // namespace gradesvc::codec
