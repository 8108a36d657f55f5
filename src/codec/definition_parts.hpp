// The parts of decode_definition, one file each.
#pragma once

#include "codec/definition_reader.hpp"
#include "gradesvc/domain/test_definition.hpp"

namespace gradesvc::codec {

// definition_ability.cpp: how results are reported, and the models behind them.
void read_scale(object_reader& test, domain::test_definition&);
void read_ability(object_reader& test, domain::test_definition&);
void read_skill_model(object_reader& test, domain::test_definition&);
void read_levels(object_reader& test, domain::test_definition&);
void read_irt(object_reader& item, domain::test_item&);

// definition_grids.cpp: whether what the engine computes on the grids of ability and skills stays within bounds.
void check_grids(error_list&, const domain::test_definition&);

// definition_skills.cpp
void read_skills(object_reader& test, domain::test_definition&, distinct_ids& skill_ids);
void read_item_skills(object_reader& item, domain::test_item&, const distinct_ids& skill_ids);

// definition_item.cpp
void read_items(object_reader& test, domain::test_definition&, const distinct_ids& skill_ids);

// definition_key.cpp: `correct`, after type, options and rule kind are known.
void read_correct(object_reader& item, domain::test_item&);
bool is_pair_of(const domain::test_item&, std::string_view source, std::string_view target);

// definition_rule.cpp: `rule` and `max_score`, after type, cardinality and options are known.
void read_rule(object_reader& item, domain::test_item&);
domain::exact_text read_score(object_reader&, std::string_view name); ///< required; "0" after an error

// definition_mapping.cpp, definition_area.cpp: parts of a rule.
void read_mapping(object_reader& rule, domain::test_item&);
void read_areas(object_reader& rule, domain::scoring_rule&);

} // namespace gradesvc::codec
