// Xapian as a driver. BM25 with k1 = 1.2 and b = 0.75; its lengths of documents are no less than half the mean, its idf its own.
#include <xapian.h>

#include "text.hpp"

int main() {
  Xapian::Database database;
  std::unique_ptr<Xapian::Enquire> enquire;
  std::vector<Xapian::Query> queries;
  bench::TextEngine engine;
  engine.version = Xapian::version_string();
  engine.build = [](const bench::Request& job) {
    Xapian::WritableDatabase out(bench::need(job, "index"), Xapian::DB_CREATE_OR_OVERWRITE | Xapian::DB_NO_SYNC);
    const auto found = job.find("positions");
    const bool positions = found == job.end() || found->second != "false";
    std::ifstream in(bench::need(job, "docs"));
    for (std::string line; std::getline(in, line);) {
      Xapian::Document document;
      Xapian::termpos position = 0;
      for (const auto& word : bench::wordsOf(line)) {
        position++;
        // Longer terms are refused.
        if (word.size() > 245) continue;
        if (positions)
          document.add_posting(word, position);
        else
          document.add_term(word);
      }
      out.add_document(document);
    }
    out.commit();
    // As small as it gets, which is faster, too.
    out.close();
    const std::string path = bench::need(job, "index"), compact = path + ".compact";
    Xapian::Database(path).compact(compact, Xapian::DBCOMPACT_NO_RENUMBER);
    std::filesystem::remove_all(path);
    std::filesystem::rename(compact, path);
  };
  engine.open = [&](const bench::Request& job) {
    database = Xapian::Database(bench::need(job, "index"));
    enquire = std::make_unique<Xapian::Enquire>(database);
    enquire->set_weighting_scheme(Xapian::BM25Weight(1.2, 0, 1, 0.75, 0.5));
  };
  engine.forget = [&] { queries.clear(); };
  engine.prepare = [&](const std::string& mode, const std::vector<std::string>& words) {
    const auto op = mode == "and"      ? Xapian::Query::OP_AND
                    : mode == "phrase" ? Xapian::Query::OP_PHRASE
                                       : Xapian::Query::OP_OR;
    queries.emplace_back(op, words.begin(), words.end(), mode == "phrase" ? words.size() : 0);
  };
  engine.search = [&](size_t query, size_t k, std::vector<long>& found) {
    enquire->set_query(queries[query]);
    const Xapian::MSet hits = enquire->get_mset(0, k);
    for (auto hit = hits.begin(); hit != hits.end(); ++hit) found.push_back((long)*hit - 1);
  };
  return bench::serve(engine);
}
