// What every native driver shares: one flat JSON object a line on stdin, one on stdout (bench/vectors/lib/driver.mjs is
// the other end), clocks, and raw row-major matrices without a header.
#pragma once
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench {

/// A flat JSON object: strings without their quotes, numbers and words as they are written.
using Request = std::map<std::string, std::string>;

inline Request parse(const std::string& line) {
  Request request;
  size_t i = 0;
  auto fail = [&] { throw std::runtime_error("not a flat JSON object: " + line); };
  auto space = [&] { while (i < line.size() && isspace((unsigned char)line[i])) i++; };
  auto text = [&] {
    std::string value;
    for (i++; i < line.size() && line[i] != '"'; i++) {
      if (line[i] == '\\' && i + 1 < line.size()) i++;
      value += line[i];
    }
    if (i++ >= line.size()) fail();
    return value;
  };
  space();
  if (i >= line.size() || line[i++] != '{') fail();
  for (space(); i < line.size() && line[i] != '}'; space()) {
    if (line[i] == ',') i++;
    space();
    if (i >= line.size() || line[i] != '"') fail();
    const std::string key = text();
    space();
    if (i >= line.size() || line[i++] != ':') fail();
    space();
    if (i < line.size() && line[i] == '"') {
      request[key] = text();
    } else {
      const size_t from = i;
      while (i < line.size() && line[i] != ',' && line[i] != '}') i++;
      request[key] = line.substr(from, i - from);
    }
  }
  return request;
}

inline const std::string& need(const Request& request, const std::string& key) {
  const auto found = request.find(key);
  if (found == request.end()) throw std::runtime_error("the request has no '" + key + "'");
  return found->second;
}
inline long number(const Request& request, const std::string& key) { return std::stol(need(request, key)); }

inline std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += (unsigned char)c < 32 ? ' ' : c;
  }
  return out + "\"";
}

inline double seconds(clockid_t clock) {
  timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}
/// Seconds of user and system time of all threads of this process.
inline double cpuSeconds() { return seconds(CLOCK_PROCESS_CPUTIME_ID); }
inline double wallSeconds() { return seconds(CLOCK_MONOTONIC); }

inline long peakRssBytes() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss * 1024L;
}

inline long fileBytes(const std::string& path) {
  struct stat status;
  return stat(path.c_str(), &status) == 0 ? (long)status.st_size : 0;
}

template <class T>
std::vector<T> readMatrix(const std::string& path, size_t rows, size_t dim) {
  if (fileBytes(path) != (long)(rows * dim * sizeof(T))) throw std::runtime_error(path + " is not of the size said");
  std::vector<T> data(rows * dim);
  std::ifstream in(path, std::ios::binary);
  if (!in.read((char*)data.data(), data.size() * sizeof(T))) throw std::runtime_error("can't read " + path);
  return data;
}

/// What an engine gives; the loop below does the talking and the timing.
struct Engine {
  std::string version;
  /// Builds an index of job["base"] (n rows of dim) and saves it as job["index"].
  std::function<void(const Request& job)> build;
  /// Loads job["index"] and the queries.
  std::function<void(const Request& job)> open;
  std::function<void(const Request& params)> set;
  /// Answers the first `queries` queries, k ids each into `ids`; rows not filled are -1.
  std::function<void(size_t queries, size_t k, int32_t* ids)> search;
};

inline std::string answer(Engine& engine, const Request& request, size_t& queries, size_t& k) {
  const std::string& command = need(request, "cmd");
  std::ostringstream out;
  out.precision(9);
  if (command == "hello") {
    out << "{\"version\":" << quoted(engine.version) << "}";
  } else if (command == "build" || command == "open") {
    const double cpu = cpuSeconds(), wall = wallSeconds();
    if (command == "build") {
      engine.build(request);
    } else {
      queries = number(request, "queries");
      k = number(request, "k");
      engine.open(request);
    }
    out << "{\"cpuSeconds\":" << cpuSeconds() - cpu << ",\"wallSeconds\":" << wallSeconds() - wall
        << ",\"peakRssBytes\":" << peakRssBytes() << ",\"indexBytes\":" << fileBytes(need(request, "index")) << "}";
  } else if (command == "set") {
    engine.set(request);
    out << "{}";
  } else if (command == "run") {
    const double atLeast = number(request, "minCpuMs") / 1000.0;
    const long passes = number(request, "minPasses");
    std::vector<int32_t> ids(queries * k, -1);
    engine.search(std::min<size_t>(queries, number(request, "warmUp")), k, ids.data());
    double total = 0;
    out << "{\"cpuSeconds\":[";
    // A pass that is long by itself need not be made three times.
    for (long pass = 0; total < atLeast || (pass < passes && total < 10 * atLeast); pass++) {
      const double from = cpuSeconds();
      engine.search(queries, k, ids.data());
      const double took = cpuSeconds() - from;
      total += took;
      out << (pass ? "," : "") << took;
    }
    out << "],\"peakRssBytes\":" << peakRssBytes() << ",\"ids\":[";
    for (size_t i = 0; i < ids.size(); i++) out << (i ? "," : "") << ids[i];
    out << "]}";
  } else {
    throw std::runtime_error("no command '" + command + "'");
  }
  return out.str();
}

/// Answers requests until stdin ends; what is thrown is an answer, too.
inline void talk(const std::function<std::string(const Request&)>& answered) {
  for (std::string line; std::getline(std::cin, line);) {
    std::string reply;
    try {
      reply = answered(parse(line));
    } catch (const std::exception& error) {
      reply = "{\"error\":" + quoted(error.what()) + "}";
    }
    std::cout << reply << std::endl;
  }
}

/// `driver` talks until stdin ends; `driver oneshot JOB` opens, sets, answers one query and leaves.
inline int serve(Engine engine, int argc, char** argv) {
  size_t queries = 0, k = 10;
  try {
    if (argc > 2 && std::string(argv[1]) == "oneshot") {
      const Request job = parse(argv[2]);
      engine.open(job);
      engine.set(job);
      std::vector<int32_t> ids(number(job, "k"), -1);
      engine.search(1, ids.size(), ids.data());
      for (const int32_t id : ids) std::cout << id << "\n";
      std::cerr << "{\"peakRssBytes\":" << peakRssBytes() << "}";
      return 0;
    }
    talk([&](const Request& request) { return answer(engine, request, queries, k); });
  } catch (const std::exception& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
  return 0;
}

}  // namespace bench
