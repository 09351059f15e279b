// SQLite's FTS5 as a driver: a table without content, its own bm25() (k1 = 1.2, b = 0.75, idf no less than 1e-6), a tokenizer
// that splits at spaces.
#include <sqlite3.h>

#include <cstring>

#include "text.hpp"

namespace {

[[noreturn]] void fail(sqlite3* database, const std::string& what) {
  throw std::runtime_error(what + ": " + (database ? sqlite3_errmsg(database) : "no database"));
}

void run(sqlite3* database, const std::string& sql) {
  if (sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(database, sql);
}

sqlite3_stmt* prepared(sqlite3* database, const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) fail(database, sql);
  return statement;
}

int create(void*, const char**, int, Fts5Tokenizer** out) {
  *out = (Fts5Tokenizer*)"";
  return SQLITE_OK;
}
void destroy(Fts5Tokenizer*) {}
int tokenize(Fts5Tokenizer*, void* context, int, const char* text, int length,
             int (*token)(void*, int, const char*, int, int, int)) {
  for (int at = 0; at < length;) {
    const int start = at;
    while (at < length && text[at] != ' ') at++;
    if (at > start) {
      const int code = token(context, 0, text + start, at - start, start, at);
      if (code != SQLITE_OK) return code;
    }
    at++;
  }
  return SQLITE_OK;
}

sqlite3* opened(const std::string& path) {
  sqlite3* database = nullptr;
  if (sqlite3_open(path.c_str(), &database) != SQLITE_OK) fail(database, path);
  fts5_api* api = nullptr;
  sqlite3_stmt* statement = prepared(database, "select fts5(?1)");
  sqlite3_bind_pointer(statement, 1, &api, "fts5_api_ptr", nullptr);
  sqlite3_step(statement);
  sqlite3_finalize(statement);
  if (api == nullptr) throw std::runtime_error("this SQLite is built without FTS5");
  fts5_tokenizer tokenizer = {create, destroy, tokenize};
  api->xCreateTokenizer(api, "spaces", nullptr, &tokenizer, nullptr);
  return database;
}

std::string quotedWord(const std::string& word) {
  std::string out = "\"";
  for (const char c : word) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

}  // namespace

int main() {
  sqlite3* database = nullptr;
  sqlite3_stmt* best = nullptr;
  std::vector<std::string> queries;
  bench::TextEngine engine;
  engine.version = sqlite3_libversion();
  engine.build = [](const bench::Request& job) {
    sqlite3* out = opened(bench::need(job, "index"));
    const auto found = job.find("positions");
    const bool positions = found == job.end() || found->second != "false";
    run(out, "pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -262144;");
    run(out, std::string("create virtual table f using fts5(t, content='', tokenize='spaces', detail=") +
                 (positions ? "full" : "none") + "); begin");
    sqlite3_stmt* insert = prepared(out, "insert into f(rowid, t) values (?1, ?2)");
    std::ifstream in(bench::need(job, "docs"));
    long row = 0;
    for (std::string line; std::getline(in, line);) {
      sqlite3_bind_int64(insert, 1, ++row);
      sqlite3_bind_text(insert, 2, line.c_str(), line.size(), SQLITE_STATIC);
      if (sqlite3_step(insert) != SQLITE_DONE) fail(out, "insert");
      sqlite3_reset(insert);
    }
    sqlite3_finalize(insert);
    run(out, "commit; insert into f(f) values ('optimize'); vacuum");
    sqlite3_close(out);
  };
  engine.open = [&](const bench::Request& job) {
    database = opened(bench::need(job, "index"));
    run(database, "pragma cache_size = -1048576; pragma mmap_size = 4294967296;");
    best = prepared(database, "select rowid from f where f match ?1 order by rank limit ?2");
  };
  engine.forget = [&] { queries.clear(); };
  engine.prepare = [&](const std::string& mode, const std::vector<std::string>& words) {
    std::string query;
    if (mode == "phrase") {
      for (const auto& word : words) query += (query.empty() ? "" : " ") + word;
      query = quotedWord(query);
    } else {
      const char* joint = mode == "and" ? " AND " : " OR ";
      for (const auto& word : words) query += (query.empty() ? "" : joint) + quotedWord(word);
    }
    queries.push_back(query);
  };
  engine.search = [&](size_t query, size_t k, std::vector<long>& found) {
    sqlite3_bind_text(best, 1, queries[query].c_str(), queries[query].size(), SQLITE_STATIC);
    sqlite3_bind_int64(best, 2, k);
    while (sqlite3_step(best) == SQLITE_ROW) found.push_back(sqlite3_column_int64(best, 0) - 1);
    sqlite3_reset(best);
  };
  return bench::serve(engine);
}
