// hnswlib (https://github.com/nmslib/hnswlib): spec "f32" (L2 or inner product) or "u8" (its uint8 L2 space).
// Queries go one by one through searchKnn, as its own benchmarks do.
#include <hnswlib/hnswlib.h>

#include <memory>

#include "protocol.hpp"

using bench::Request;

namespace {

/// @tparam T what a component is stored as @tparam D what a distance is
template <class T, class D>
struct Graph {
  size_t dim = 0;
  std::unique_ptr<hnswlib::SpaceInterface<D>> space;
  std::unique_ptr<hnswlib::HierarchicalNSW<D>> index;
  std::vector<T> queries;

  void build(const Request& job) {
    dim = bench::number(job, "dim");
    const size_t rows = bench::number(job, "rows");
    const auto base = bench::readMatrix<T>(bench::need(job, "base"), rows, dim);
    hnswlib::HierarchicalNSW<D> graph(space.get(), rows, bench::number(job, "M"), bench::number(job, "efConstruction"));
    for (size_t row = 0; row < rows; row++) graph.addPoint(&base[row * dim], row);
    graph.saveIndex(bench::need(job, "index"));
  }

  void open(const Request& job) {
    dim = bench::number(job, "dim");
    queries = bench::readMatrix<T>(bench::need(job, "query"), bench::number(job, "queries"), dim);
    index = std::make_unique<hnswlib::HierarchicalNSW<D>>(space.get(), bench::need(job, "index"));
  }

  void search(size_t count, size_t k, int32_t* ids) {
    for (size_t q = 0; q < count; q++) {
      auto found = index->searchKnn(&queries[q * dim], k);
      for (size_t i = found.size(); i-- > 0; found.pop()) ids[q * k + i] = found.top().second;
    }
  }
};

template <class T, class D>
void attach(bench::Engine& engine, Graph<T, D>& graph, std::function<hnswlib::SpaceInterface<D>*(const Request&)> space) {
  engine.build = [&graph, space](const Request& job) { graph.space.reset(space(job)); graph.build(job); };
  engine.open = [&graph, space](const Request& job) { graph.space.reset(space(job)); graph.open(job); };
  engine.set = [&graph](const Request& params) { graph.index->setEf(bench::number(params, "ef")); };
  engine.search = [&graph](size_t count, size_t k, int32_t* ids) { graph.search(count, k, ids); };
}

}  // namespace

int main(int argc, char** argv) {
  Graph<float, float> floats;
  Graph<unsigned char, int> bytes;
  bench::Engine byFloat, byByte;
  attach<float, float>(byFloat, floats, [](const Request& job) -> hnswlib::SpaceInterface<float>* {
    const size_t dim = bench::number(job, "dim");
    if (bench::need(job, "metric") == "l2") return new hnswlib::L2Space(dim);
    return new hnswlib::InnerProductSpace(dim);
  });
  attach<unsigned char, int>(byByte, bytes, [](const Request& job) { return new hnswlib::L2SpaceI(bench::number(job, "dim")); });

  // The first job says which space it is.
  bench::Engine* chosen = &byFloat;
  auto choose = [&](const Request& job) { chosen = bench::need(job, "spec") == "u8" ? &byByte : &byFloat; };
  bench::Engine engine;
#if defined(USE_AVX512)
  engine.version = "AVX-512 kernels";
#elif defined(USE_AVX)
  engine.version = "AVX kernels";
#else
  engine.version = "SSE or plain kernels";
#endif
  engine.build = [&](const Request& job) { choose(job); chosen->build(job); };
  engine.open = [&](const Request& job) { choose(job); chosen->open(job); };
  engine.set = [&](const Request& params) { chosen->set(params); };
  engine.search = [&](size_t count, size_t k, int32_t* ids) { chosen->search(count, k, ids); };
  return bench::serve(engine, argc, argv);
}
