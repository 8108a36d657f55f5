// What a test definition may ask for at most. Definitions are hostile input: these limits bound the memory of a
// compiled test and the time of scoring. They are checked when a definition is decoded (codec/definition.hpp).
#pragma once

#include <cstddef>
#include <cstdint>

namespace gradesvc::domain::limits {

inline constexpr std::size_t id_length = 128;     ///< code points of test, item, skill, area, criterion and gap ids
inline constexpr std::size_t option_length = 500; ///< code points of an option
inline constexpr std::size_t text_length = 4000;  ///< code points of a text for people
inline constexpr std::size_t key_length = 1000;   ///< code points of a text key
inline constexpr std::size_t locale_length = 35;
inline constexpr std::size_t languages = 40; ///< of one localised text

inline constexpr std::size_t items = 1000;
inline constexpr std::size_t options = 200;         ///< of an item; also gaps and targets
inline constexpr std::size_t pairs = 400;           ///< correct pairs, mapping entries
inline constexpr std::size_t keys = 100;            ///< entries of a text or numeric key
inline constexpr std::size_t wildcards = 20;        ///< of one text key
inline constexpr std::size_t units = 100;           ///< of a numeric item
inline constexpr std::size_t unit_length = 50;      ///< code points
inline constexpr std::size_t areas = 100;           ///< of an item
inline constexpr std::size_t coordinates = 400;     ///< of an area
inline constexpr std::size_t criteria = 50;         ///< of a rubric
inline constexpr std::size_t answer_members = 1000; ///< of one answer
inline constexpr std::size_t answer_points = 200;   ///< of one answer, area ids included

inline constexpr std::size_t skills = 30;
inline constexpr std::size_t resources = 20; ///< of a skill
inline constexpr std::size_t resource_length = 2000;
inline constexpr std::size_t levels = 50;
inline constexpr std::size_t categories = 20; ///< thresholds of a polytomous item
inline constexpr std::int64_t quadrature_points = 1001;
inline constexpr std::size_t modelled_skills = 6;         ///< of a skill model
inline constexpr std::int64_t skill_points = 101;         ///< of a skill model, a dimension
inline constexpr std::size_t skill_nodes = 2'000'000;     ///< of a skill model: points ^ skills
inline constexpr std::size_t skills_of_modelled_item = 3; ///< where there is a skill model
inline constexpr std::int64_t time_limit_s = 366LL * 86'400;
inline constexpr std::int64_t version = 9'007'199'254'740'991; ///< what JavaScript can count

inline constexpr int key_digits = 100;   ///< of an exact number in a definition
inline constexpr int key_exponent = 400; ///< its power of ten, either sign
inline constexpr double points = 1e6;    ///< largest score of an item, either sign
inline constexpr double parameter = 1e3; ///< largest magnitude of an item parameter, cut or prior
inline constexpr double scale = 1e9;     ///< largest magnitude on the reported scale

inline constexpr std::size_t definition_size = 4 << 20; ///< bytes of the JSON text
inline constexpr std::size_t name_size = 2048; ///< bytes of a member's name: nothing longer is an id or an option
inline constexpr double least_step = 1e-6;     ///< of the reported scale, its slope and its step, either sign
inline constexpr double least_sd = 0.01;       ///< of the prior
inline constexpr double least_d = 0.1;         ///< scaling constant of the test
inline constexpr double largest_d = 10;
inline constexpr double least_graded_a = 1e-3;          ///< slope of a GRM
inline constexpr double least_threshold_gap = 1e-3;     ///< between the thresholds of a GRM
inline constexpr double least_asymptote_gap = 0.01;     ///< between the lower and the upper asymptote
inline constexpr double least_pivot = 1e-6;             ///< variance of a skill that the ones before it do not explain
inline constexpr std::size_t ability_cells = 2'500'000; ///< response categories of all items x quadrature points
inline constexpr std::size_t skill_cells = 4'000'000; ///< categories of the items x nodes of the skills that each tests

} // namespace gradesvc::domain::limits
