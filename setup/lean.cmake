# Read by CMake right after llama.cpp's own project() line. llama-cpp-python loads libllama and ggml only, yet its build asks
# for llama.cpp's command-line helpers too, which are more than half of the compile time.
set(LLAMA_BUILD_COMMON OFF)
