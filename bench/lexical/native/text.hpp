// What the native drivers of text engines share: the loop that answers JSON lines, as ../drivers/serve.mjs does. Tokens are
// split at spaces; documents are numbered from 0 in the order of their lines.
#pragma once
#include <algorithm>
#include <filesystem>

#include "../../vectors/native/protocol.hpp"

namespace bench {

struct TextEngine {
  std::string version;
  /// Builds job["index"] of the lines of job["docs"]; without positions where job["positions"] is false.
  std::function<void(const Request& job)> build;
  /// Opens job["index"].
  std::function<void(const Request& job)> open;
  /// Makes a query of its words ready, before the clock starts; mode: or, and, phrase. Queries are numbered as they come.
  std::function<void(const std::string& mode, const std::vector<std::string>& words)> prepare;
  /// Forgets the queries that were made ready.
  std::function<void()> forget;
  /// Numbers of the best k documents of a query, best first.
  std::function<void(size_t query, size_t k, std::vector<long>& found)> search;
};

inline std::vector<std::string> wordsOf(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

inline double bytesBelow(const std::string& path) {
  namespace fs = std::filesystem;
  if (!fs::is_directory(path)) return fileBytes(path);
  double bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(path))
    if (entry.is_regular_file()) bytes += entry.file_size();
  return bytes;
}

template <class T>
void list(std::ostream& out, const std::vector<T>& values) {
  out << "[";
  for (size_t i = 0; i < values.size(); i++) out << (i ? "," : "") << values[i];
  out << "]";
}

inline std::string run(TextEngine& engine, const Request& request) {
  std::ifstream in(need(request, "queries"));
  const size_t most = number(request, "most"), k = number(request, "k");
  engine.forget();
  size_t count = 0;
  for (std::string line; count < most && std::getline(in, line); count++) engine.prepare(need(request, "mode"), wordsOf(line));
  std::vector<std::vector<long>> found(count);
  std::vector<double> microseconds(count), passes, walls;
  auto pass = [&] {
    for (size_t i = 0; i < count; i++) {
      const double from = wallSeconds();
      found[i].clear();
      engine.search(i, k, found[i]);
      microseconds[i] = (wallSeconds() - from) * 1e6;
    }
  };
  for (const double end = cpuSeconds() + number(request, "warmUpMs") / 1000.0; cpuSeconds() < end;) pass();
  const double atLeast = number(request, "minCpuMs") / 1000.0;
  const size_t leastPasses = number(request, "minPasses");
  for (double total = 0; total < atLeast || passes.size() < leastPasses;) {
    const double cpu = cpuSeconds(), wall = wallSeconds();
    pass();
    walls.push_back(wallSeconds() - wall);
    passes.push_back(cpuSeconds() - cpu);
    total += passes.back();
    // A pass that is long by itself need not be made again.
    if (total > 10 * atLeast) break;
  }
  std::sort(microseconds.begin(), microseconds.end());
  size_t hits = 0;
  for (const auto& ids : found) hits += ids.size();
  std::ostringstream out;
  out.precision(9);
  out << "{\"queries\":" << count << ",\"cpuSeconds\":";
  list(out, passes);
  out << ",\"wallSeconds\":";
  list(out, walls);
  out << ",\"p50\":" << microseconds[count / 2] << ",\"p99\":" << microseconds[(size_t)(count * 0.99)] << ",\"hits\":" << hits
      << ",\"peakRssBytes\":" << peakRssBytes() << ",\"ids\":[";
  for (size_t i = 0; i < count; i++) {
    if (i) out << ",";
    list(out, found[i]);
  }
  out << "]}";
  return out.str();
}

inline std::string answer(TextEngine& engine, const Request& request) {
  const std::string& command = need(request, "cmd");
  if (command == "run") return run(engine, request);
  std::ostringstream out;
  out.precision(12);
  if (command == "hello") {
    out << "{\"version\":" << quoted(engine.version) << "}";
  } else if (command == "build" || command == "open") {
    const double cpu = cpuSeconds(), wall = wallSeconds();
    if (command == "build") {
      std::filesystem::remove_all(need(request, "index"));
      engine.build(request);
    } else {
      engine.open(request);
    }
    out << "{\"cpuSeconds\":" << cpuSeconds() - cpu << ",\"wallSeconds\":" << wallSeconds() - wall
        << ",\"peakRssBytes\":" << peakRssBytes() << ",\"indexBytes\":" << bytesBelow(need(request, "index")) << "}";
  } else {
    throw std::runtime_error("no command '" + command + "'");
  }
  return out.str();
}

/// Talks until stdin ends.
inline int serve(TextEngine engine) {
  talk([&](const Request& request) { return answer(engine, request); });
  return 0;
}

}  // namespace bench
