#include "roles/options.hpp"

#include "roles/service_options.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>

using namespace gradesvc::roles;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using gradesvc::test::temp_folder;

namespace {

// Sets variables and takes them back.
class environment {
public:
    environment(std::initializer_list<std::pair<const char*, const char*>> all) {
        for (const auto& [name, value] : all) {
            names_.emplace_back(name);
            if (const char* before = std::getenv(name)) old_.emplace_back(name, before);
            setenv(name, value, 1);
        }
    }
    ~environment() {
        for (const auto& name : names_) unsetenv(name.c_str());
        for (const auto& [name, value] : old_) setenv(name.c_str(), value.c_str(), 1);
    }
    environment(const environment&) = delete;
    environment& operator=(const environment&) = delete;

private:
    std::vector<std::string> names_;
    std::vector<std::pair<std::string, std::string>> old_;
};

// Reads options as the command line does; the broker of the tests is no option of theirs.
service_options parsed(std::vector<std::string> arguments, bool with_kafka_variable = false) {
    if (!with_kafka_variable) {
        const environment hidden{{"GRADESVC_KAFKA", ""}};
        return parsed(std::move(arguments), true);
    }
    CLI::App app("", "gradesvc");
    service_options options;
    std::string config_file;
    declare_options(app, options, config_file);
    std::reverse(arguments.begin(), arguments.end());
    app.parse(arguments);
    complete_options(app, options, config_file);
    return options;
}

std::string refusal_of(const std::vector<std::string>& arguments) {
    try {
        parsed(arguments);
    } catch (const usage_error& error) {
        return error.what();
    } catch (const CLI::ParseError& error) {
        return error.what();
    }
    return "";
}

} // namespace

TEST_CASE("without options everything has its default", "[options]") {
    const auto o = parsed({});
    CHECK(o.role == role::all);
    CHECK(o.brokers.empty());
    CHECK(o.data == "./data");
    CHECK(o.listen == std::vector<std::string>{"127.0.0.1:8080"});
    CHECK_FALSE(o.admin_listen);
    CHECK_FALSE(o.insecure);
    CHECK(o.max_body == 512 * 1024);
    CHECK(o.max_header == 16 * 1024);
    CHECK(o.max_connections == 10'000);
    CHECK(o.spool);
    CHECK(o.spool_limit == 1024ULL * 1024 * 1024);
    CHECK(o.group == "scorers");
    CHECK(o.instance.empty());
    CHECK(o.delivery == gradesvc::ports::delivery_mode::exactly_once);
    CHECK(o.profile == gradesvc::scoring::profile::standard);
    CHECK_FALSE(o.tests);
    CHECK(o.partitions == 12);
    CHECK(o.replication == 0);
    CHECK(o.keep == 90 * 24h);
    CHECK(o.drain_timeout == 25s);
    CHECK(o.dedup_window == 24h);
    CHECK_FALSE(o.log_format);
    CHECK(o.log_level == gradesvc::telemetry::level::info);
}

TEST_CASE("every option is read", "[options]") {
    const temp_folder folder;
    const auto o = parsed({"--role=all",
                           "--brokers",
                           "a:1,b:2",
                           "--data",
                           "/d",
                           "--listen",
                           "127.0.0.1:0",
                           "--listen=[::1]:0",
                           "--admin-listen=off",
                           "--group=g",
                           "--instance=i",
                           "--threads=3",
                           "--tests",
                           folder.path().string(),
                           "--kafka",
                           "linger.ms=5",
                           "--kafka=client.rack=a=b",
                           "--delivery=at-least-once",
                           "--profile=full",
                           "--topic-prefix=p.",
                           "--partitions=3",
                           "--replication=2",
                           "--keep=7d",
                           "--drain-timeout=3s",
                           "--dedup-window=0",
                           "--max-body=1MiB",
                           "--max-header=8KiB",
                           "--max-connections=5",
                           "--spool=off",
                           "--spool-limit=2MiB",
                           "--insecure",
                           "--log-format=json",
                           "--log-level=debug"});
    CHECK(o.brokers == "a:1,b:2");
    CHECK(o.data == "/d");
    CHECK(o.listen == std::vector<std::string>{"127.0.0.1:0", "[::1]:0"});
    CHECK(o.admin_listen == "off");
    CHECK(o.group == "g");
    CHECK(o.instance == "i");
    CHECK(o.threads == 3);
    CHECK(o.tests == folder.path());
    CHECK(o.kafka == std::map<std::string, std::string>{{"client.rack", "a=b"}, {"linger.ms", "5"}});
    CHECK(o.delivery == gradesvc::ports::delivery_mode::at_least_once);
    CHECK(o.profile == gradesvc::scoring::profile::full);
    CHECK(o.topic_prefix == "p.");
    CHECK(o.partitions == 3);
    CHECK(o.replication == 2);
    CHECK(o.keep == 7 * 24h);
    CHECK(o.drain_timeout == 3s);
    CHECK(o.dedup_window == 0s);
    CHECK(o.max_body == 1024 * 1024);
    CHECK(o.max_header == 8 * 1024);
    CHECK(o.max_connections == 5);
    CHECK_FALSE(o.spool);
    CHECK(o.spool_limit == 2 * 1024 * 1024);
    CHECK(o.insecure);
    CHECK(o.log_format == gradesvc::telemetry::format::json);
    CHECK(o.log_level == gradesvc::telemetry::level::debug);
}

TEST_CASE("flag beats environment beats file beats default", "[options]") {
    const temp_folder folder;
    const auto file = folder.write("c.toml", "partitions = 3\nthreads = 3\ngroup = \"file\"\nkeep = \"1d\"\n");
    const environment set{{"GRADESVC_PARTITIONS", "4"}, {"GRADESVC_THREADS", "4"}};
    const auto o = parsed({"--config", file, "--partitions=5"});
    CHECK(o.partitions == 5);
    CHECK(o.threads == 4);
    CHECK(o.group == "file");
    CHECK(o.keep == 24h);
    CHECK(o.max_connections == 10'000);
}

TEST_CASE("the environment may name the file", "[options]") {
    const temp_folder folder;
    const auto file = folder.write("c.toml", "partitions = 3\n");
    const auto other = folder.write("d.toml", "partitions = 4\n");
    const environment set{{"GRADESVC_CONFIG", file.c_str()}};
    CHECK(parsed({}).partitions == 3);
    CHECK(parsed({"--config", other}).partitions == 4);
}

TEST_CASE("repeatable options are lines in the environment and lists in a file", "[options]") {
    const temp_folder folder;
    const auto file = folder.write("c.toml", "listen = [\"127.0.0.1:1\", \"127.0.0.1:2\"]\nbrokers = \"a:1\"\nkafka = "
                                             "[\"linger.ms=1\", \"client.rack=r\"]\ninsecure = true\n");
    auto o = parsed({"--config", file});
    CHECK(o.listen == std::vector<std::string>{"127.0.0.1:1", "127.0.0.1:2"});
    CHECK(o.kafka == std::map<std::string, std::string>{{"client.rack", "r"}, {"linger.ms", "1"}});
    CHECK(o.insecure);

    const environment set{{"GRADESVC_LISTEN", "127.0.0.1:3\n127.0.0.1:4\n"},
                          {"GRADESVC_KAFKA", "linger.ms=7\nclient.rack=x y"},
                          {"GRADESVC_INSECURE", "false"}};
    o = parsed({"--config", file}, true);
    CHECK(o.listen == std::vector<std::string>{"127.0.0.1:3", "127.0.0.1:4"});
    CHECK(o.kafka == std::map<std::string, std::string>{{"client.rack", "x y"}, {"linger.ms", "7"}});
    CHECK_FALSE(o.insecure);
}

TEST_CASE("flags for Kafka go with brokers of the environment or the file", "[options]") {
    const temp_folder folder;
    const auto file = folder.write("c.toml", "brokers = \"a:1\"\n");
    CHECK(parsed({"--config", file, "--kafka", "linger.ms=5"}).brokers == "a:1");
    const environment set{{"GRADESVC_BROKERS", "b:1"}, {"GRADESVC_ROLE", "api"}};
    CHECK(parsed({"--replication=2"}).brokers == "b:1");
    CHECK_THAT(refusal_of({"--threads=2"}), ContainsSubstring("--threads"));
}

TEST_CASE("unknown variables and those of other roles do no harm", "[options]") {
    const environment set{{"GRADESVC_NO_SUCH_OPTION", "x"},
                          {"GRADESVC_ROLE", "worker"},
                          {"GRADESVC_BROKERS", "a:1"},
                          {"GRADESVC_MAX_BODY", "1MiB"},
                          {"GRADESVC_GROUP", ""}};
    const auto o = parsed({});
    CHECK(o.role == role::worker);
    CHECK(o.group == "scorers"); // empty = not set
}

TEST_CASE("a value of --kafka may stand in a file", "[options]") {
    const temp_folder folder;
    const auto secret = folder.write("secret", "s3cret=@\n");
    CHECK(parsed({"--brokers=a:1", "--kafka", "sasl.password=@" + secret}).kafka.at("sasl.password") == "s3cret=@");
    CHECK_THAT(refusal_of({"--brokers=a:1", "--kafka", "sasl.password=@/no/such/file"}),
               ContainsSubstring("/no/such/file"));
}

TEST_CASE("what cannot be is refused with the name of the option", "[options]") {
    struct row {
        std::vector<std::string> arguments;
        std::string named;
    };
    const auto [arguments, named] = GENERATE(
        row{{"--no-such-option"}, "--no-such-option"}, row{{"stray"}, "stray"}, row{{"--role=both"}, "--role"},
        row{{"--role"}, "--role"}, row{{"--role=api"}, "--brokers"}, row{{"--role=worker"}, "--brokers"},
        row{{"--partitions=0"}, "--partitions"}, row{{"--partitions=x"}, "--partitions"},
        row{{"--partitions=1001"}, "--partitions"}, row{{"--brokers=a:1", "--replication=101"}, "--replication"},
        row{{"--threads=-1"}, "--threads"}, row{{"--threads=2000"}, "--threads"},
        row{{"--max-connections=0"}, "--max-connections"}, row{{"--max-body=1"}, "--max-body"},
        row{{"--max-body=2x"}, "--max-body"}, row{{"--max-body=65MiB"}, "--max-body"},
        row{{"--max-header=1"}, "--max-header"}, row{{"--max-header=2MiB"}, "--max-header"},
        row{{"--keep=1s"}, "--keep"}, row{{"--keep=never"}, "--keep"}, row{{"--drain-timeout=0"}, "--drain-timeout"},
        row{{"--log-format=xml"}, "--log-format"}, row{{"--log-level=loud"}, "--log-level"},
        row{{"--profile=slow"}, "--profile"}, row{{"--role=api", "--brokers=a:1", "--profile=fast"}, "--profile"},
        row{{"--delivery=maybe", "--brokers=a:1"}, "--delivery"}, row{{"--delivery=exactly-once"}, "--delivery"},
        row{{"--kafka=linger.ms=5"}, "--kafka"}, row{{"--brokers=a:1", "--kafka=linger.ms"}, "--kafka"},
        row{{"--brokers=a:1", "--kafka==5"}, "--kafka"}, row{{"--brokers=a:1", "--kafka=acks=1"}, "acks"},
        row{{"--brokers=a:1", "--kafka=isolation.level=read_uncommitted"}, "isolation.level"},
        row{{"--brokers=a:1", "--kafka=no.such=1"}, "no.such"},
        row{{"--brokers=a:1", "--kafka=linger.ms=soon"}, "linger.ms"}, row{{"--replication=1"}, "--replication"},
        row{{"--topic-prefix=a/b"}, "--topic-prefix"}, row{{"--spool=on"}, "--spool"},
        row{{"--brokers=a:1", "--spool=no"}, "--spool"}, row{{"--brokers=a:1", "--spool-limit=1KiB"}, "--spool-limit"},
        row{{"--role=worker", "--brokers=a:1", "--spool=off"}, "--spool"}, row{{"--spool-limit=1GiB"}, "--spool-limit"},
        row{{"--topic-prefix=" + std::string(201, 'x')}, "--topic-prefix"}, row{{"--group="}, "--group"},
        row{{"--group=a b"}, "--group"}, row{{"--group=analytics"}, "--group"}, row{{"--group=notifiers"}, "--group"},
        row{{"--instance=a b"}, "--instance"}, row{{"--tests=/no/such/folder"}, "--tests"},
        row{{"--listen=0.0.0.0:80"}, "--insecure"}, row{{"--listen=127.0.0.1:0", "--listen=[::]:0"}, "--insecure"},
        row{{"--listen=127.example.org:80"}, "--insecure"}, row{{"--listen=localhost.example.org:80"}, "--insecure"},
        row{{"--listen=8080"}, "--listen"}, row{{"--listen=127.0.0.1:"}, "--listen"},
        row{{"--listen=127.0.0.1:70000"}, "--listen"}, row{{"--listen=:8080"}, "--listen"},
        row{{"--listen=127.0.0.1:http"}, "--listen"}, row{{"--admin-listen=on"}, "--admin-listen"},
        row{{"--role=worker", "--brokers=a:1", "--listen=127.0.0.1:0"}, "--listen"},
        row{{"--role=worker", "--brokers=a:1", "--tests=."}, "--tests"},
        row{{"--role=worker", "--brokers=a:1", "--max-body=1MiB"}, "--max-body"},
        row{{"--role=worker", "--brokers=a:1", "--insecure"}, "--insecure"},
        row{{"--role=api", "--brokers=a:1", "--group=g"}, "--group"},
        row{{"--role=api", "--brokers=a:1", "--instance=i"}, "--instance"},
        row{{"--role=api", "--brokers=a:1", "--threads=1"}, "--threads"},
        row{{"--role=api", "--brokers=a:1", "--delivery=exactly-once"}, "--delivery"},
        row{{"--config=/no/such/file"}, "/no/such/file"}, row{{"--config=/tmp"}, "/tmp"},
        row{{"--brokers=a:1", "--kafka=sasl.password=@/tmp"}, "/tmp"});
    CAPTURE(arguments);
    const auto why = refusal_of(arguments);
    CHECK_THAT(why, ContainsSubstring(named));
    CHECK(why.find('\n') == std::string::npos);
}

TEST_CASE("wrong variables and files are refused with their name", "[options]") {
    const temp_folder folder;
    const auto refusal_with = [&](const std::string& text) {
        return refusal_of({"--config", folder.write("c.toml", text)});
    };
    CHECK_THAT(refusal_with("no-such-option = 1\n"), ContainsSubstring("no-such-option"));
    CHECK_THAT(refusal_with("[section]\npartitions = 1\n"), ContainsSubstring("section"));
    CHECK_THAT(refusal_with("partitions = 0\n"), ContainsSubstring("--partitions"));
    CHECK_THAT(refusal_with("partitions = \"many\"\n"), ContainsSubstring("partitions"));
    CHECK_THAT(refusal_with("config = \"x\"\n"), ContainsSubstring("config"));
    CHECK_THAT(refusal_with("help = true\n"), ContainsSubstring("help"));
    CHECK_THAT(refusal_with("keep = [\"1d\", \"2d\"]\n"), ContainsSubstring("keep"));
    const environment set{{"GRADESVC_PARTITIONS", "many"}};
    CHECK_THAT(refusal_of({}), ContainsSubstring("GRADESVC_PARTITIONS"));
}

TEST_CASE("loopback is what only this machine can reach", "[options]") {
    for (const auto* endpoint : {"127.0.0.1:1", "127.8.8.8:1", "localhost:1", "[::1]:1"}) CHECK(is_loopback(endpoint));
    for (const auto* endpoint : {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "127.0.0.1.example.org:1",
                                 "localhost.example.org:1", "[::2]:1", "host:1"})
        CHECK_FALSE(is_loopback(endpoint));
    CHECK(parsed({"--insecure", "--listen=0.0.0.0:0"}).listen.at(0) == "0.0.0.0:0");
}
