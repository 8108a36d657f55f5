#include "embedded/catalog.hpp"

#include "embedded/database.hpp"

namespace gradesvc::embedded {
namespace {

using retention = std::optional<std::chrono::milliseconds>;

std::int64_t end_of(SQLite::Database& db, std::int32_t slot, std::int64_t first) {
    SQLite::Statement last(db, "SELECT max(id) FROM records WHERE id >= ? AND id < ?");
    last.bind(1, row_id(slot, 0));
    last.bind(2, row_id(slot + 1, 0));
    last.executeStep();
    const auto id = last.getColumn(0);
    return id.isNull() ? first : std::max(first, offset_of(id.getInt64()) + 1);
}

enum class known : std::uint8_t { keep, renew };

/// Reads one topic into memory. How far one reaches that is there already is kept: memory is behind the file for the
/// moment of a commit; but for `renew`, where nobody else tells.
void load_topic(SQLite::Database& db, shared_state& state, const std::string& name, known already = known::keep) {
    auto made = std::make_unique<topic>();
    made->name = name;
    std::vector<std::pair<std::size_t, extent>> extents;

    SQLite::Statement rows(db, "SELECT t.id, t.retention, p.slot, p.first FROM topics t JOIN partitions p "
                               "ON p.topic = t.id WHERE t.name = ? ORDER BY p.partition");
    rows.bind(1, name);
    while (rows.executeStep()) {
        const auto slot = rows.getColumn(2).getInt();
        const auto first = rows.getColumn(3).getInt64();
        if (made->partitions++ == 0) made->first_slot = slot;
        made->id = rows.getColumn(0).getInt64();
        if (!rows.getColumn(1).isNull()) made->retention = std::chrono::milliseconds(rows.getColumn(1).getInt64());
        extents.emplace_back(slot, extent{first, end_of(db, slot, first)});
    }

    const std::lock_guard lock(state.mutex);
    const bool is_known = state.topics.contains(name);
    if (is_known && already == known::keep) return;
    for (const auto& [slot, reach] : extents) {
        if (state.extents.size() <= slot) state.extents.resize(slot + 1);
        state.extents[slot] = reach;
    }
    if (!is_known) state.topics.emplace(name, std::move(made));
}

void load(shared_state& state, known already) try {
    auto db = open_connection(state.file);
    SQLite::Statement names(db, "SELECT name FROM topics");
    while (names.executeStep()) load_topic(db, state, names.getColumn(0).getString(), already);
} catch (const SQLite::Exception& error) {
    throw ports::log_error(complaint(state.file, error.what()));
}

void bind_retention(SQLite::Statement& statement, int at, const retention& kept) {
    if (kept)
        statement.bind(at, static_cast<std::int64_t>(kept->count()));
    else
        statement.bind(at);
}

void store_topic(SQLite::Database& db, const ports::topic_spec& spec) {
    SQLite::Statement update(db, "UPDATE topics SET retention = ? WHERE name = ?");
    bind_retention(update, 1, spec.retention);
    update.bind(2, spec.name);
    if (update.exec() > 0) return;

    SQLite::Statement insert(db, "INSERT INTO topics (retention, name) VALUES (?, ?)");
    bind_retention(insert, 1, spec.retention);
    insert.bind(2, spec.name);
    insert.exec();
    const std::int64_t id = db.getLastInsertRowid();
    const int next_slot = db.execAndGet("SELECT coalesce(max(slot) + 1, 0) FROM partitions").getInt();
    for (int p = 0; p < spec.partitions; ++p) {
        SQLite::Statement partition(db, "INSERT INTO partitions (slot, topic, partition) VALUES (?, ?, ?)");
        partition.bind(1, next_slot + p);
        partition.bind(2, id);
        partition.bind(3, p);
        partition.exec();
    }
}

} // namespace

void load_catalog(shared_state& state) { load(state, known::keep); }

void renew_catalog(shared_state& state) { load(state, known::renew); }

std::vector<int> ensure_topics(shared_state& state, std::span<const ports::topic_spec> topics) try {
    for (const auto& spec : topics)
        if (spec.partitions < 1)
            throw ports::log_error(complaint(state.file, "topic " + spec.name + " needs at least one partition"));

    auto db = open_connection(state.file);
    SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
    for (const auto& spec : topics) store_topic(db, spec);
    transaction.commit();

    std::vector<int> partitions;
    for (const auto& spec : topics) {
        load_topic(db, state, spec.name);
        const std::lock_guard lock(state.mutex);
        topic& made = state.find(spec.name);
        made.retention = spec.retention;
        partitions.push_back(made.partitions);
    }
    return partitions;
} catch (const SQLite::Exception& error) {
    throw ports::log_error(complaint(state.file, error.what()));
}

std::map<std::int32_t, stored_position> load_positions(const shared_state& state, const std::string& group,
                                                       const topic& of) try {
    auto db = open_connection(state.file);
    SQLite::Statement rows(db,
                           "SELECT slot, position, note FROM positions WHERE consumers = ? AND slot >= ? AND slot < ?");
    rows.bind(1, group);
    rows.bind(2, of.first_slot);
    rows.bind(3, of.first_slot + of.partitions);
    std::map<std::int32_t, stored_position> positions;
    while (rows.executeStep())
        positions[rows.getColumn(0).getInt() - of.first_slot] = {rows.getColumn(1).getInt64(),
                                                                 std::string(blob(rows.getColumn(2)))};
    return positions;
} catch (const SQLite::Exception& error) {
    throw ports::log_error(complaint(state.file, error.what()));
}

} // namespace gradesvc::embedded
