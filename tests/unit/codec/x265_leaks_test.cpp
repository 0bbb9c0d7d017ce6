/// x265 3.5 does not free all of its parameters and row filters; the leak checker is not to blame us.
// NOLINTBEGIN(bugprone-reserved-identifier): the leak checker's name
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libx265"; }
// NOLINTEND(bugprone-reserved-identifier)
