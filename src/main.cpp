#include "roles/command_line.hpp"

int main(int argc, char** argv) { return gradesvc::roles::run(argc, argv); }
