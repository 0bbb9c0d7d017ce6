/// x265 3.5 does not free all of its parameters and row filters, and x264 r3095 now and then leaves one frame
/// of its threads behind; the leak checker is not to blame us. An encoder that we forgot to close would still
/// show: its context is libavcodec's.
// NOLINTBEGIN(bugprone-reserved-identifier): the leak checker's name
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libx265\nleak:libx264"; }
// NOLINTEND(bugprone-reserved-identifier)
