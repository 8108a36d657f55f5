#include "gradesvc/tools/verify.hpp"

#include "codec/object_writer.hpp"
#include "tools/progress_line.hpp"

#include <ostream>
#include <stdexcept>

namespace gradesvc::tools {

namespace {

using audit::difference;
using audit::verify_counts;

constexpr std::int64_t max_listed = 20; // as text

class printer : public audit::verify_audience {
public:
    printer(const verify_options& options, const app::topics& names, std::ostream& out, std::ostream& err)
        : options_(options), names_(names), out_(out), progress_(err, "gradesvc verify: ", options.terminal) {}

    void found(const difference& one) override {
        if (options_.format == output_format::json)
            write_json(one);
        else if (++listed_ <= max_listed)
            write_text(one);
    }

    void progress(std::int64_t records, std::int64_t of_about) override {
        progress_.show(static_cast<std::uint64_t>(records), static_cast<std::uint64_t>(of_about));
    }

    void sum_up(const verify_counts& sums) {
        if (options_.format == output_format::json)
            write_json(sums);
        else
            write_text(sums);
        out_.flush();
        if (!out_) throw std::runtime_error("the findings cannot be written");
    }

private:
    void write_text(const difference& one) {
        out_ << (one.submission_id.empty() ? "-" : one.submission_id) << "  " << names_.results << ' ' << one.partition
             << '/' << one.offset << ": ";
        if (one.detail.empty())
            out_ << one.pointer << ": stored " << (one.stored.empty() ? "nothing" : one.stored) << ", computed "
                 << (one.computed.empty() ? "nothing" : one.computed) << '\n';
        else
            out_ << one.detail << '\n';
    }

    void write_json(const difference& one) {
        std::string text;
        codec::object_writer(text)
            .text("kind", "different")
            .text_or_null("submission_id", one.submission_id)
            .text_or_null("test_id", one.test_id)
            .integer("partition", one.partition)
            .integer("offset", one.offset)
            .integer("source_offset", one.source)
            .text("pointer", one.pointer)
            .text_or_null("stored", one.stored)
            .text_or_null("computed", one.computed)
            .text_or_null("detail", one.detail)
            .close();
        out_ << text << '\n';
    }

    void write_text(const verify_counts& sums) {
        if (listed_ > max_listed) out_ << "… and " << listed_ - max_listed << " more: --format json has all\n";
        out_ << "equal " << sums.equal << ", different " << sums.different << '\n';
        if (sums.unmatched > 0) out_ << "not compared: " << sums.unmatched << " whose submission is not held\n";
        if (sums.other_reason > 0)
            out_ << "not compared: " << sums.other_reason << " that are not of the engine alone\n";
        for (const auto& [version, count] : sums.other_versions)
            out_ << "not compared: " << count << " of engine version " << version << '\n';
    }

    void write_json(const verify_counts& sums) {
        std::string text;
        codec::object_writer line(text);
        line.text("kind", "summary")
            .text("engine_version", options_.how.engine_version)
            .integer("equal", sums.equal)
            .integer("different", sums.different)
            .integer("unmatched", sums.unmatched)
            .integer("other_reason", sums.other_reason);
        auto& versions = line.key("other_versions") += '{';
        for (const auto& [version, count] : sums.other_versions) {
            if (versions.back() != '{') versions += ',';
            codec::append_json_string(versions, version);
            codec::append_integer(versions += ':', count);
        }
        versions += '}';
        line.close();
        out_ << text << '\n';
    }

    const verify_options& options_;
    const app::topics& names_;
    std::ostream& out_;
    progress_line progress_;
    std::int64_t listed_ = 0;
};

} // namespace

int run_verify(const verify_options& options, ports::log& log, const app::topics& names, std::ostream& out,
               std::ostream& err) {
    printer to(options, names, out, err);
    const auto sums = audit::run_verify(log, names, options.how, to);
    to.sum_up(sums);
    return sums.different > 0 ? 1 : 0;
}

} // namespace gradesvc::tools
