#include "gradesvc/telemetry/log.hpp"

#include "telemetry/line.hpp"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <memory>
#include <utility>

namespace gradesvc::telemetry {
namespace {

spdlog::level::level_enum to_spdlog(level l) {
    switch (l) {
    case level::trace: return spdlog::level::trace;
    case level::debug: return spdlog::level::debug;
    case level::info: return spdlog::level::info;
    case level::warn: return spdlog::level::warn;
    case level::error: return spdlog::level::err;
    }
    return spdlog::level::err;
}

/// Levels as the options spell them; spdlog writes "warning".
class level_name final : public spdlog::custom_flag_formatter {
public:
    void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
        const std::string_view name = message.level == spdlog::level::warn  ? "warn"
                                      : message.level == spdlog::level::err ? "error"
                                                                            : view(message.level);
        out.append(name.data(), name.data() + name.size());
    }
    std::unique_ptr<spdlog::custom_flag_formatter> clone() const override { return std::make_unique<level_name>(); }

private:
    static std::string_view view(spdlog::level::level_enum l) {
        const auto name = spdlog::level::to_string_view(l);
        return {name.data(), name.size()};
    }
};

struct output {
    format shape;
    std::unique_ptr<spdlog::logger> logger;
};

output make_output(format shape, level least) {
    spdlog::sink_ptr sink;
    std::string pattern;
    if (shape == format::json) {
        sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
        pattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%*",%v})";
    } else {
        sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>(); // colours on terminals only
        pattern = "%Y-%m-%dT%H:%M:%S.%eZ %^%*%$ %v";
    }
    auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc, "\n");
    formatter->add_flag<level_name>('*').set_pattern(pattern);

    output made{shape, std::make_unique<spdlog::logger>("gradesvc", std::move(sink))};
    made.logger->set_formatter(std::move(formatter));
    made.logger->set_level(to_spdlog(least));
    made.logger->flush_on(spdlog::level::trace);
    return made;
}

/// Never destroyed: threads and destructors may log until the very end of the process.
output& current() {
    static output& instance = *new output(make_output(format::text, level::info));
    return instance;
}

} // namespace

void configure_log(format shape, level least) { current() = make_output(shape, least); }

bool enabled(level l) { return current().logger->should_log(to_spdlog(l)); }

void log(level l, std::string_view event, std::initializer_list<field> fields) {
    if (!enabled(l)) return;
    output& out = current();
    const std::string line = out.shape == format::json ? json_members(event, fields) : text_line(event, fields);
    out.logger->log(to_spdlog(l), spdlog::string_view_t(line.data(), line.size()));
}

} // namespace gradesvc::telemetry
