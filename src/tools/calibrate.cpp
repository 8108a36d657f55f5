#include "gradesvc/tools/calibrate.hpp"

#include "codec/text.hpp"
#include "gradesvc/calibration/calibrate.hpp"
#include "tools/calibrated_definition.hpp"
#include "tools/progress_line.hpp"
#include "tools/score_steps.hpp"
#include "tools/submissions.hpp"

#include <algorithm>
#include <ostream>
#include <stdexcept>
#include <thread>

namespace gradesvc::tools {

using calibration::item_state;
using domain::irt_model;

namespace {

constexpr const char* speaker = "gradesvc calibrate: ";

std::string text_of(double number) {
    std::string text;
    codec::append_number(text, number);
    return text;
}

// What the answers show does not depend on certainty, parameters or skills.
domain::test_definition answers_only(domain::test_definition definition) {
    for (auto& item : definition.items) {
        item.cbm = false;
        item.irt.reset();
        item.skills.clear();
    }
    definition.ability.estimator = domain::ability_estimator::none;
    definition.skill_model.reset();
    return definition;
}

struct reading {
    std::int64_t persons = 0;
    std::int64_t bad_lines = 0;
};

reading read_submissions(const calibrate_options& options, const domain::test_definition& definition, std::istream& in,
                         std::ostream& err, score_steps& scores) {
    constexpr std::int64_t told_lines = 20;
    submission_reader reader(compile_scorer(options.test, answers_only(definition)));
    scoring::score_sheet sheet;
    reading count;
    progress_line progress(err, speaker, options.terminal);
    for_each_line(options.submissions, in, [&](std::int64_t number, std::string_view line) {
        const auto submission = reader.read(line);
        if (submission) {
            reader.scorer().score(**submission, scoring::profile::fast, sheet);
            scores.add(sheet);
            ++count.persons;
        } else if (++count.bad_lines <= told_lines) {
            err << speaker << "line " << number << ": " << failure_code(submission.error().code) << ": "
                << tell(submission.error()) << '\n';
        }
        progress.show("read " + std::to_string(count.persons) + " submissions");
    });
    if (count.bad_lines > told_lines) err << speaker << count.bad_lines - told_lines << " more lines are bad\n";
    return count;
}

calibration::settings settings_of(const calibrate_options& options, const domain::ability_settings& ability) {
    calibration::settings how;
    how.model = options.model;
    how.d = ability.d;
    how.theta_min = ability.quadrature_min;
    how.theta_max = ability.quadrature_max;
    how.points = options.points.value_or(ability.quadrature_points);
    const auto cores = std::max(static_cast<int>(std::thread::hardware_concurrency()), 1);
    how.threads = options.threads > 0 ? options.threads : cores;
    const double spacing = (how.theta_max - how.theta_min) / (how.points - 1);
    if (how.theta_min > -3 || how.theta_max < 3 || spacing > 0.75)
        throw std::runtime_error("the quadrature (" + std::to_string(how.points) + " points from " +
                                 text_of(how.theta_min) + " to " + text_of(how.theta_max) +
                                 ") is too coarse for abilities from -3 to 3");
    return how;
}

std::size_t wanted_persons(irt_model model) {
    return model == irt_model::one_pl ? 100 : model == irt_model::three_pl ? 1000 : 500;
}

void warn_about_items(std::ostream& err, const domain::test_definition& definition,
                      const std::vector<std::size_t>& declared, const calibration::responses& data,
                      const calibration::calibration_result& result) {
    for (std::size_t j = 0; j < result.items.size(); ++j) {
        const auto& found = result.items[j];
        const auto warn = [&]() -> std::ostream& {
            return err << speaker << "warning: item " << definition.items[j].item_id << ": ";
        };
        if (found.state != item_state::estimated) {
            warn() << reason(found.state) << "; it is left without parameters\n";
            continue;
        }
        if (data.steps[j] < declared[j])
            warn() << "some of its " << declared[j] << " score steps do not occur; calibrated with " << data.steps[j]
                   << '\n';
        if (found.parameters.a < 0) warn() << "its slope is below 0; is the key right?\n";
    }
}

void warn_about_result(std::ostream& err, irt_model model, const calibration::calibration_result& result) {
    const auto wanted = wanted_persons(model);
    if (result.persons < wanted)
        err << speaker << "warning: " << result.persons << " persons are few: estimates of the "
            << domain::to_string(model) << " are stable from " << wanted << " on\n";
    if (result.se == calibration::se_method::none)
        err << speaker << "warning: the data do not determine all parameters; there are no standard errors\n";
    if (!result.converged)
        err << speaker << "warning: not converged after " << result.iterations << " iterations (largest gradient "
            << text_of(result.max_gradient) << ")\n";
}

void summarise(std::ostream& err, irt_model model, const calibration::calibration_result& result) {
    err << speaker << domain::to_string(model) << ": " << result.persons << " persons, " << result.parameters
        << " parameters, log-likelihood " << text_of(result.log_likelihood) << ", "
        << (result.converged ? "converged" : "not converged") << " after " << result.iterations << " iterations\n";
}

int calibrate_file(const calibrate_options& options, std::istream& in, std::ostream& out, std::ostream& err) {
    const auto test = load_definition(options.test);
    auto how = settings_of(options, test.definition.ability);
    score_steps scores(test.definition, options.model);
    const auto count = read_submissions(options, test.definition, in, err, scores);
    if (count.persons == 0) throw std::runtime_error("there are no submissions to estimate from");
    const auto data = scores.responses();
    calibration::calibration_result result;
    {
        progress_line progress(err, speaker, options.terminal);
        how.on_iteration = [&](const calibration::progress& at) {
            progress.show("iteration " + std::to_string(at.iteration) + ", log-likelihood " +
                          text_of(at.log_likelihood) + ", change " + text_of(at.change));
        };
        result = calibration::calibrate(data, how);
    }
    warn_about_items(err, test.definition, scores.declared(), data, result);
    if (result.parameters == 0) throw std::runtime_error("there is no item to estimate");
    warn_about_result(err, options.model, result);
    summarise(err, options.model, result);
    out << (options.format == output_format::json ? calibrated_definition(test.json, how, result)
                                                  : calibration_table(test.definition, result));
    out.flush();
    if (!out) throw std::runtime_error("the result cannot be written");
    return count.bad_lines == 0 && result.converged ? 0 : 1;
}

} // namespace

int run_calibrate(const calibrate_options& options, std::istream& in, std::ostream& out, std::ostream& err) {
    try {
        return calibrate_file(options, in, out, err);
    } catch (const std::runtime_error& error) {
        err << speaker << error.what() << '\n';
        return 2;
    }
}

} // namespace gradesvc::tools
