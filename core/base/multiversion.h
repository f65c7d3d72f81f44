#pragma once

/// FORERUN_MULTIVERSION in front of a kernel compiles it three times (baseline, AVX2, AVX-512) with everything it calls
/// inlined; the loader picks the best one for the machine. So the portable build runs at full speed, and since
/// floating-point contraction is off in the whole project, all versions give the same bits.
///
/// With FORERUN_KERNELS, an instruction set, a source has its kernels for that one alone (cmake/ForerunKernels.cmake).
///
/// Defined as nothing where the compiler or the platform lacks it, under sanitizers (they cannot run before the loader
/// has chosen), and where the whole build is for a newer instruction set anyway.
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__gnu_linux__) && \
    defined(__OPTIMIZE__) && !defined(__AVX512F__) && !defined(FORERUN_NO_MULTIVERSIONING)
#ifdef FORERUN_KERNELS
#define FORERUN_MULTIVERSION __attribute__((target("arch=" FORERUN_KERNELS), flatten))
#else
#define FORERUN_MULTIVERSION __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4"), flatten))
#endif
#else
#define FORERUN_MULTIVERSION
#endif

/// For the small pieces of a kernel: they must become part of each of its versions.
#define FORERUN_INLINE [[gnu::always_inline]] inline

/// In front of a loop whose iterations touch different elements, so that it may run in SIMD registers.
#if defined(__clang__)
#define FORERUN_INDEPENDENT_ITERATIONS _Pragma("clang loop vectorize(assume_safety)")
#else
#define FORERUN_INDEPENDENT_ITERATIONS _Pragma("GCC ivdep")
#endif
