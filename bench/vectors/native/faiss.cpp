// faiss (https://github.com/facebookresearch/faiss): spec is an index_factory string. All queries go in one call of one
// thread, which is how faiss is fastest.
#include <faiss/AutoTune.h>
#include <faiss/IndexHNSW.h>
#include <faiss/index_factory.h>
#include <faiss/index_io.h>
#include <faiss/utils/utils.h>
#include <omp.h>

#include <memory>

#include "protocol.hpp"

using bench::Request;

int main(int argc, char** argv) {
  omp_set_num_threads(1);
  std::unique_ptr<faiss::Index> index;
  std::vector<float> queries;
  std::vector<float> distances;
  std::vector<faiss::Index::idx_t> labels;

  bench::Engine engine;
  engine.version = std::to_string(FAISS_VERSION_MAJOR) + "." + std::to_string(FAISS_VERSION_MINOR) + "." +
      std::to_string(FAISS_VERSION_PATCH) + ", compiled for " + faiss::get_compile_options();
  engine.build = [&](const Request& job) {
    const size_t dim = bench::number(job, "dim"), rows = bench::number(job, "rows");
    const auto base = bench::readMatrix<float>(bench::need(job, "base"), rows, dim);
    const bool l2 = bench::need(job, "metric") == "l2";
    std::unique_ptr<faiss::Index> made(faiss::index_factory(
        dim, bench::need(job, "spec").c_str(), l2 ? faiss::METRIC_L2 : faiss::METRIC_INNER_PRODUCT));
    if (auto* graph = dynamic_cast<faiss::IndexHNSW*>(made.get())) {
      graph->hnsw.efConstruction = bench::number(job, "efConstruction");
    }
    made->train(rows, base.data());
    made->add(rows, base.data());
    faiss::write_index(made.get(), bench::need(job, "index").c_str());
  };
  engine.open = [&](const Request& job) {
    queries = bench::readMatrix<float>(bench::need(job, "query"), bench::number(job, "queries"), bench::number(job, "dim"));
    index.reset(faiss::read_index(bench::need(job, "index").c_str()));
  };
  engine.set = [&](const Request& params) {
    for (const auto& [key, value] : params) {
      if (key == "ef") faiss::ParameterSpace().set_index_parameter(index.get(), "efSearch", std::stod(value));
      if (key == "nprobe" || key == "k_factor_rf") {
        faiss::ParameterSpace().set_index_parameter(index.get(), key, std::stod(value));
      }
    }
  };
  engine.search = [&](size_t count, size_t k, int32_t* ids) {
    distances.resize(count * k);
    labels.resize(count * k);
    index->search(count, queries.data(), k, distances.data(), labels.data());
    for (size_t i = 0; i < count * k; i++) ids[i] = (int32_t)labels[i];
  };
  return bench::serve(engine, argc, argv);
}
