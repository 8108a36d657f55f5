#include "codec/definition_parts.hpp"
#include "codec/text.hpp"
#include "gradesvc/domain/definition_limits.hpp"

#include <algorithm>

namespace gradesvc::codec {

namespace limits = domain::limits;

namespace {

void read_resources(object_reader& json, domain::skill& skill) {
    const auto list = json.take_list("resources", json_kind::array, 0, limits::resources);
    if (!list) return;
    for (const auto member : list) {
        const auto at = json.at("resources") + "/" + std::to_string(skill.resources.size());
        skill.resources.push_back(read_text(json.errors(), member, at, limits::resource_length).value_or(""));
    }
}

domain::skill read_skill(object_reader& json, distinct_ids& skill_ids) {
    domain::skill skill;
    if (const auto id = json.need("skill_id"))
        skill.skill_id = read_id(json.errors(), id, json.at("skill_id"), true).value_or("");
    skill_ids.add(json.errors(), json.at("skill_id"), skill.skill_id);
    skill.label = json.localized("label");
    if (skill.label.empty()) skill.label.texts.emplace_back("", skill.skill_id);
    skill.mastery_cut = json.number("mastery_cut", -limits::parameter, limits::parameter).value_or(0);
    skill.weight = json.number("weight", 0, limits::parameter).value_or(1);
    read_resources(json, skill);
    json.take_list("prerequisites", json_kind::array, 0, limits::skills); // read when all ids are known
    json.finish("a skill");
    return skill;
}

void read_prerequisites(error_list& errors, json_value skills, const std::string& pointer,
                        domain::test_definition& definition, const distinct_ids& skill_ids) {
    std::size_t index = 0;
    for (const auto json : skills) {
        auto& skill = definition.skills[index];
        const auto at = pointer + "/" + std::to_string(index++) + "/prerequisites/";
        const auto list = json.find("prerequisites");
        if (!list || !list.is(json_kind::array)) continue;
        std::size_t position = 0;
        for (const auto member : list) {
            const auto found = member.is(json_kind::string) ? skill_ids.find(member.text()) : std::nullopt;
            if (found)
                skill.prerequisites.push_back(*found);
            else
                errors.add(at + std::to_string(position), "is not the id of a skill");
            ++position;
        }
    }
}

// Takes away skills without prerequisites until none is left; what remains leans on itself.
bool has_cycle(const domain::test_definition& definition, std::size_t& member) {
    std::vector<bool> done(definition.skills.size());
    for (bool progress = true; progress;) {
        progress = false;
        for (std::size_t i = 0; i < done.size(); ++i) {
            const auto& needed = definition.skills[i].prerequisites;
            if (done[i] || !std::all_of(needed.begin(), needed.end(), [&](std::size_t skill) { return done[skill]; }))
                continue;
            done[i] = progress = true;
        }
    }
    member = static_cast<std::size_t>(std::find(done.begin(), done.end(), false) - done.begin());
    return member < done.size();
}

} // namespace

void read_skills(object_reader& test, domain::test_definition& definition, distinct_ids& skill_ids) {
    const auto list = test.take_list("skills", json_kind::array, 0, limits::skills);
    if (!list) return;
    const auto pointer = test.at("skills");
    for (const auto member : list) {
        object_reader json(test.errors(), member, pointer + "/" + std::to_string(definition.skills.size()));
        definition.skills.push_back(read_skill(json, skill_ids));
    }
    read_prerequisites(test.errors(), list, pointer, definition, skill_ids);
    std::size_t member = 0;
    if (has_cycle(definition, member))
        test.errors().add(pointer + "/" + std::to_string(member) + "/prerequisites", "lead back to the skill itself");
}

void read_item_skills(object_reader& item, domain::test_item& target, const distinct_ids& skill_ids) {
    const auto list = item.take_map("skills", limits::skills, limits::id_length);
    if (!list) return;
    for (const auto member : list) {
        const auto at = domain::pointer_join(item.at("skills"), member.key());
        const auto skill = skill_ids.find(member.key());
        if (!skill) item.errors().add(at, "is not the id of a skill");
        const auto weight = read_exact(item.errors(), member, at);
        if (!weight) continue;
        if (weight->value <= 0 || weight->value > domain::exact(1000))
            item.errors().add(at, "must be more than 0 and at most 1000");
        else if (skill)
            target.skills.push_back({*skill, weight->text});
    }
    std::sort(target.skills.begin(), target.skills.end(),
              [](const auto& a, const auto& b) { return a.skill < b.skill; });
}

} // namespace gradesvc::codec
