#include "apps/forerun/forerun_main.h"

int main(int argc, char** argv) { return forerun::forerun_main(argc, argv); }
