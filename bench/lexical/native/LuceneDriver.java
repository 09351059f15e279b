// Lucene as a driver: answers JSON lines on stdin, flat ones, as drivers/serve.mjs does. Tokens are split at spaces; one
// thread, one segment. CPU time of searches is that of the query thread: its compilers and collector are not counted.
import java.io.*;
import java.lang.management.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;
import java.util.regex.*;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.document.*;
import org.apache.lucene.index.*;
import org.apache.lucene.search.*;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.*;
import org.apache.lucene.util.Version;

public class LuceneDriver {
  static final Pattern FIELD = Pattern.compile("\"(\\w+)\":(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([-\\w.]+))");
  static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  static IndexSearcher searcher;

  static Map<String, String> parse(String line) {
    Map<String, String> fields = new HashMap<>();
    Matcher m = FIELD.matcher(line);
    while (m.find()) fields.put(m.group(1), m.group(2) != null ? m.group(2).replace("\\\\", "\\") : m.group(3));
    return fields;
  }

  static double cpuSeconds() {
    return THREADS.getCurrentThreadCpuTime() / 1e9;
  }

  static double processSeconds() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1e9;
  }

  static long peakRss() throws IOException {
    for (String line : Files.readAllLines(Paths.get("/proc/self/status")))
      if (line.startsWith("VmHWM")) return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
    return 0;
  }

  static String build(Map<String, String> job) throws IOException {
    FieldType type = new FieldType();
    type.setTokenized(true);
    boolean positions = !"false".equals(job.get("positions"));
    type.setIndexOptions(positions ? IndexOptions.DOCS_AND_FREQS_AND_POSITIONS : IndexOptions.DOCS_AND_FREQS);
    type.freeze();
    IndexWriterConfig config = new IndexWriterConfig(new WhitespaceAnalyzer(255));
    config.setOpenMode(IndexWriterConfig.OpenMode.CREATE);
    config.setRAMBufferSizeMB(256);
    config.setUseCompoundFile(false);
    config.setMergeScheduler(new SerialMergeScheduler());
    double cpu = processSeconds();
    long wall = System.nanoTime();
    int number = 0;
    try (Directory directory = FSDirectory.open(Paths.get(job.get("index")));
        IndexWriter writer = new IndexWriter(directory, config);
        BufferedReader reader = Files.newBufferedReader(Paths.get(job.get("docs")))) {
      for (String line; (line = reader.readLine()) != null; ) {
        Document document = new Document();
        document.add(new StoredField("id", Integer.toString(number++)));
        document.add(new Field("t", line, type));
        writer.addDocument(document);
      }
      writer.forceMerge(1);
    }
    double seconds = (System.nanoTime() - wall) / 1e9;
    long bytes = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(Paths.get(job.get("index")))) {
      for (Path file : files) bytes += Files.size(file);
    }
    return String.format(Locale.ROOT, "{\"cpuSeconds\":%.3f,\"wallSeconds\":%.3f,\"peakRssBytes\":%d,\"indexBytes\":%d}",
        processSeconds() - cpu, seconds, peakRss(), bytes);
  }

  static Query query(String line, String mode) {
    String[] words = line.split(" ");
    if (mode.equals("phrase")) {
      PhraseQuery.Builder builder = new PhraseQuery.Builder();
      for (String word : words) builder.add(new Term("t", word));
      return builder.build();
    }
    BooleanQuery.Builder builder = new BooleanQuery.Builder();
    for (String word : words)
      builder.add(new TermQuery(new Term("t", word)), mode.equals("and") ? BooleanClause.Occur.MUST : BooleanClause.Occur.SHOULD);
    return builder.build();
  }

  /** The threshold is k: hits are counted no further than they are needed, so that blocks can be skipped. */
  static ScoreDoc[] search(Query query, int k) throws IOException {
    TopScoreDocCollector collector = TopScoreDocCollector.create(k, k);
    searcher.search(query, collector);
    return collector.topDocs().scoreDocs;
  }

  static String run(Map<String, String> job) throws IOException {
    List<Query> queries = new ArrayList<>();
    int most = job.containsKey("most") ? Integer.parseInt(job.get("most")) : Integer.MAX_VALUE;
    for (String line : Files.readAllLines(Paths.get(job.get("queries"))))
      if (queries.size() < most) queries.add(query(line, job.get("mode")));
    int k = Integer.parseInt(job.get("k"));
    int count = queries.size();
    ScoreDoc[][] found = new ScoreDoc[count][];
    double[] microseconds = new double[count];
    double end = cpuSeconds() + Double.parseDouble(job.get("warmUpMs")) / 1000;
    List<Double> passes = new ArrayList<>();
    List<Double> walls = new ArrayList<>();
    double total = 0;
    double least = Double.parseDouble(job.get("minCpuMs")) / 1000;
    int leastPasses = Integer.parseInt(job.get("minPasses"));
    while (total < least || passes.size() < leastPasses) {
      double from = cpuSeconds();
      long wall = System.nanoTime();
      for (int i = 0; i < count; i++) {
        long began = System.nanoTime();
        found[i] = search(queries.get(i), k);
        microseconds[i] = (System.nanoTime() - began) / 1e3;
      }
      if (from < end) continue;
      walls.add((System.nanoTime() - wall) / 1e9);
      passes.add(cpuSeconds() - from);
      total += cpuSeconds() - from;
    }
    Arrays.sort(microseconds);
    StringBuilder ids = new StringBuilder();
    long hits = 0;
    for (ScoreDoc[] docs : found) {
      ids.append(ids.length() == 0 ? "[" : ",[");
      for (int i = 0; i < docs.length; i++) ids.append(i == 0 ? "" : ",").append(docs[i].doc);
      ids.append("]");
      hits += docs.length;
    }
    return String.format(Locale.ROOT,
        "{\"queries\":%d,\"cpuSeconds\":%s,\"wallSeconds\":%s,\"p50\":%.1f,\"p99\":%.1f,\"hits\":%d,\"ids\":[%s],\"peakRssBytes\":%d}",
        count, passes, walls, microseconds[count / 2], microseconds[(int) (count * 0.99)], hits, ids, peakRss());
  }

  static String answer(Map<String, String> job) throws IOException {
    switch (job.get("cmd")) {
      case "hello":
        return "{\"version\":\"" + Version.LATEST + "\"}";
      case "build":
        return build(job);
      case "open":
        searcher = new IndexSearcher(DirectoryReader.open(MMapDirectory.open(Paths.get(job.get("index")))));
        searcher.setSimilarity(new BM25Similarity(1.2f, 0.75f));
        searcher.setQueryCache(null);
        return "{}";
      case "run":
        return run(job);
      default:
        return "{\"error\":\"no such command\"}";
    }
  }

  public static void main(String[] args) throws IOException {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, true, "UTF-8");
    for (String line; (line = in.readLine()) != null; ) {
      String reply;
      try {
        reply = answer(parse(line));
      } catch (Exception e) {
        reply = "{\"error\":\"" + e.toString().replaceAll("[\"\\\\\\n]", " ") + "\"}";
      }
      out.println(reply);
    }
  }
}
