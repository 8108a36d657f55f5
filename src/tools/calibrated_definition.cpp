#include "tools/calibrated_definition.hpp"

#include "codec/json_document.hpp"
#include "codec/object_writer.hpp"

#include <utility>

namespace gradesvc::tools {

using calibration::calibration_result;
using calibration::item_estimate;
using calibration::item_state;
using codec::json_kind;
using codec::object_writer;
using json_value = codec::json_document::value;

namespace {

void append_value(std::string& out, json_value value) {
    const bool object = value.is(json_kind::object);
    if (!object && !value.is(json_kind::array)) {
        codec::append_canonical(out, value);
        return;
    }
    out += object ? '{' : '[';
    const char* separator = "";
    for (const auto member : value) {
        out += std::exchange(separator, ", ");
        if (object) {
            codec::append_json_string(out, member.key());
            out += ": ";
        }
        append_value(out, member);
    }
    out += object ? '}' : ']';
}

// What an object_writer wrote, in the form of the rest.
void append_readable(std::string& out, const std::string& json) {
    codec::json_document document;
    document.parse(json);
    append_value(out, document.root());
}

bool has_steps(const domain::irt_parameters& irt) {
    return irt.model == domain::irt_model::grm || irt.model == domain::irt_model::gpcm;
}

void append_numbers(std::string& out, const std::vector<double>& numbers, bool as_list) {
    const char* separator = "";
    if (as_list) out += '[';
    for (const double number : numbers) {
        out += std::exchange(separator, ", ");
        codec::append_number(out, number);
    }
    if (as_list) out += ']';
}

std::string parameters_of(const item_estimate& item) {
    const auto& irt = item.parameters;
    std::string out;
    object_writer json(out);
    json.text("model", to_string(irt.model)).number("a", irt.a);
    append_numbers(json.key("b"), irt.b, has_steps(irt));
    if (irt.model == domain::irt_model::three_pl) json.number("c", irt.c);
    json.close();
    return out;
}

std::string errors_of(const item_estimate& item) {
    std::string out;
    object_writer json(out);
    json.number("a", item.a_se);
    append_numbers(json.key("b"), item.b_se, has_steps(item.parameters));
    if (item.c_se) json.number("c", item.c_se);
    json.close();
    return out;
}

void append_item(std::string& out, json_value item, const item_estimate& found) {
    out += '{';
    const char* separator = "";
    bool written = found.state != item_state::estimated;
    const auto write_parameters = [&] {
        if (std::exchange(written, true)) return;
        out += std::exchange(separator, ", ");
        append_readable(out += "\"irt\": ", parameters_of(found));
        if (found.a_se) append_readable(out += ", \"irt_se\": ", errors_of(found));
    };
    for (const auto member : item) {
        if (member.key() == "irt" || member.key() == "irt_se") {
            write_parameters();
            continue;
        }
        out += std::exchange(separator, ", ");
        codec::append_json_string(out, member.key());
        append_value(out += ": ", member);
    }
    write_parameters();
    out += '}';
}

void append_items(std::string& out, json_value items, const calibration_result& result) {
    out += '[';
    std::size_t index = 0;
    for (const auto item : items) {
        out += index == 0 ? "\n    " : ",\n    ";
        append_item(out, item, result.items[index++]);
    }
    out += "\n  ]";
}

// Item by item what has no place in the definition itself.
void append_notes(std::string& out, json_value items, const calibration_result& result) {
    std::string intercepts, left_out;
    std::size_t index = 0;
    for (const auto item : items) {
        const auto& found = result.items[index++];
        const bool estimated = found.state == item_state::estimated;
        auto& list = estimated ? intercepts : left_out;
        object_writer entry(list += list.empty() ? "" : ", ");
        entry.text("item_id", item.find("item_id").text());
        if (estimated) {
            const bool several = has_steps(found.parameters);
            append_numbers(entry.key("d"), found.intercepts, several);
            if (found.a_se) append_numbers(entry.key("d_se"), found.intercept_se, several);
        } else {
            entry.text("reason", to_string(found.state));
        }
        entry.close();
    }
    out += "\"intercepts\":[" + intercepts + "],\"left_out\":[" + left_out + "]";
}

std::string calibration_of(json_value items, const calibration::settings& how, const calibration_result& result) {
    std::string out;
    object_writer json(out);
    json.text("model", to_string(how.model))
        .integer("n", static_cast<std::int64_t>(result.persons))
        .integer("patterns", static_cast<std::int64_t>(result.patterns))
        .integer("parameters", static_cast<std::int64_t>(result.parameters))
        .number("log_likelihood", result.log_likelihood)
        .integer("iterations", result.iterations)
        .boolean("converged", result.converged)
        .number("max_gradient", result.max_gradient)
        .integer("points", how.points)
        .number("theta_min", how.theta_min)
        .number("theta_max", how.theta_max)
        .number("d", how.d)
        .text("se_method", to_string(result.se));
    if (how.model == domain::irt_model::three_pl) {
        object_writer priors(json.key("priors"));
        priors.raw("log_slope", "{\"of\":\"log(d a / 1.7)\",\"mean\":0,\"sd\":0.5}")
            .raw("c", "{\"alpha\":5,\"beta\":17}")
            .close();
    }
    append_notes(out += ',', items, result);
    json.close();
    return out;
}

} // namespace

std::string calibrated_definition(const std::string& json, const calibration::settings& how,
                                  const calibration_result& result) {
    codec::json_document document;
    document.parse(json);
    const auto items = document.root().find("items");
    std::string out = "{";
    for (const auto member : document.root()) {
        if (member.key() == "calibration") continue;
        codec::append_json_string(out += "\n  ", member.key());
        out += ": ";
        if (member.key() == "items")
            append_items(out, items, result);
        else
            append_value(out, member);
        out += ',';
    }
    append_readable(out += "\n  \"calibration\": ", calibration_of(items, how, result));
    return out + "\n}\n";
}

std::string calibration_table(const domain::test_definition& definition, const calibration_result& result) {
    std::string out = "item_id\tstate\ta\ta_se\tb\tb_se\tc\tc_se\n";
    for (std::size_t j = 0; j < result.items.size(); ++j) {
        const auto& item = result.items[j];
        (out += definition.items[j].item_id + '\t').append(to_string(item.state));
        if (item.state == item_state::estimated) {
            const auto cell = [&](const std::optional<double>& number) {
                out += '\t';
                if (number) codec::append_number(out, *number);
            };
            cell(item.parameters.a);
            cell(item.a_se);
            append_numbers(out += '\t', item.parameters.b, false);
            append_numbers(out += '\t', item.b_se, false);
            cell(item.parameters.c);
            cell(item.c_se);
        }
        out += '\n';
    }
    return out;
}

std::string_view reason(item_state state) {
    switch (state) {
    case item_state::estimated: return "";
    case item_state::no_answers: return "nobody has answered it";
    case item_state::no_variation: return "all answers score the same";
    case item_state::empty_category: return "some of its scores do not occur";
    case item_state::no_finite_estimate: return "its likelihood has no maximum in these data";
    case item_state::out_of_range:
        return "its parameters are beyond what a definition may have; does it go with ability?";
    }
    return "";
}

} // namespace gradesvc::tools
