// How fast records are acknowledged on Kafka: IN_FLIGHT records of SIZE bytes are kept under way.
// Usage: kafka_publish BROKERS PARTITIONS IN_FLIGHT RECORDS [SIZE] [NAME=VALUE…]
#include "gradesvc/kafka/log.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <semaphore>
#include <string>
#include <vector>

using namespace gradesvc;
using std::chrono::steady_clock;

namespace {

double cpu_seconds() {
    std::timespec used{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

ports::outgoing record(const std::string& topic, int i, std::size_t size) {
    return {topic,
            ports::outgoing::by_key,
            "user-" + std::to_string(i % 50'000),
            std::string(size, 'x'),
            {{"ce_specversion", "1.0"},
             {"ce_id", "0190f5fe-7c00-7a00-8000-000000000000"},
             {"ce_source", "/gradesvc"},
             {"ce_type", "org.gradesvc.submission.accepted.v1"},
             {"ce_subject", "0190f5fe-7c00-7a00-8000-000000000000"},
             {"ce_time", "2026-01-01T00:00:00.000Z"},
             {"content-type", "application/json"},
             {"gs_test_version", "3"}}};
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 5) return 2;
    kafka::config settings;
    settings.brokers = argv[1];
    const int partitions = std::atoi(argv[2]);
    const int in_flight = std::atoi(argv[3]);
    const int total = std::atoi(argv[4]);
    const std::size_t size = argc > 5 ? std::strtoull(argv[5], nullptr, 10) : 600;
    for (int i = 6; i < argc; ++i) {
        const std::string option = argv[i];
        const auto equals = option.find('=');
        settings.properties[option.substr(0, equals)] = option.substr(equals + 1);
    }
    const auto log = kafka::make_log(settings);
    const std::string topic = "bench-" + std::to_string(std::time(nullptr));
    const std::vector<ports::topic_spec> topics = {{topic, partitions}};
    log->ensure_topics(topics);
    const auto publisher = log->make_publisher();

    std::counting_semaphore<> slots(in_flight);
    std::atomic<int> failed = 0;
    std::vector<float> latency(static_cast<std::size_t>(total));
    const auto start = steady_clock::now();
    const auto cpu = cpu_seconds();
    for (int i = 0; i < total; ++i) {
        slots.acquire();
        const auto sent = steady_clock::now();
        publisher->publish(record(topic, i, size), [&, i, sent](const ports::delivery& d) {
            if (d.error) ++failed;
            const std::chrono::duration<float, std::milli> took = steady_clock::now() - sent;
            latency[static_cast<std::size_t>(i)] = took.count();
            slots.release();
        });
    }
    publisher->flush(std::chrono::seconds(20));
    const std::chrono::duration<double> took = steady_clock::now() - start;
    const auto used = cpu_seconds() - cpu;
    std::sort(latency.begin(), latency.end());
    const auto at = [&](double p) { return latency[static_cast<std::size_t>(p * (total - 1))]; };
    std::printf(
        "%d in flight, %d partitions: %.0f records/s, p50 %.2f ms, p99 %.2f ms, client cpu %.1f us/record, %d failed\n",
        in_flight, partitions, total / took.count(), at(0.5), at(0.99), used / total * 1e6, failed.load());
    return failed == 0 ? 0 : 1;
}
