#include "sim/observe/output_folder.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "analysis/metrics/flow_metrics.hpp"
#include "analysis/packets/packet_reader.hpp"
#include "sim/adapter/credentials.hpp"
#include "sim/adapter/run.hpp"
#include "sim/experiment/scenario_file.hpp"

namespace avocet::sim {
namespace {

namespace fs = std::filesystem;

/// A lossy run with all outputs, made once for all tests here.
class OutputFolderTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = fs::temp_directory_path() / ("avocet_outputs_" + std::to_string(::getpid()));
    experiment_ = *read_scenario(std::string(AVOCET_SCENARIOS) + "/rfc8867-5.1.toml",
                                 {{"length", "8s"}, {"loss", "3%"}});
    OutputFolder folder(folder_, experiment_, 5, {"all"}, calendar);
    const RunResult result = run(experiment_, {.seed = 5, .observers = folder.observers()});
    EXPECT_TRUE(result.violations.empty());
    folder.finish(result.flows, {.seed = 5, .hash = result.hash, .speed = 1});
  }
  static void TearDownTestSuite() { fs::remove_all(folder_); }

  static std::string read(const std::string& name) {
    std::ifstream in(folder_ / name, std::ios::binary);
    EXPECT_TRUE(in) << name;
    return {std::istreambuf_iterator<char>(in), {}};
  }

  /// UDP payloads of all IPv4 packets of a capture, with what Wireshark would read them by.
  static std::vector<Bytes> payloads(const std::string& capture) {
    const std::string file = read(capture);
    const ByteView all = as_bytes(file);
    const auto u32 = [&](std::size_t at) {
      std::uint32_t n = 0;
      for (std::size_t i = 4; i-- > 0;) n = n << 8 | std::to_integer<std::uint32_t>(all[at + i]);
      return n;
    };
    std::vector<Bytes> out;
    for (std::size_t at = 0; at < all.size(); at += u32(at + 4)) {
      if (u32(at) != 6) continue;
      const ByteView ip = all.subspan(at + 28, u32(at + 20));
      if (ip[9] == std::byte{17}) out.emplace_back(ip.begin() + 28, ip.end());
    }
    return out;
  }

  static inline fs::path folder_;
  static inline Experiment experiment_;
};

TEST_F(OutputFolderTest, KeyLogOpensEverySealedPacketOfEveryCapture) {
  analysis::PacketReader reader;
  std::ifstream keys(folder_ / "keys.log");
  for (std::string line; std::getline(keys, line);) EXPECT_TRUE(reader.keys().add(line)) << line;
  std::size_t sealed = 0;
  for (const char* point :
       {"media.server", "media.publisher", "media.viewer", "bottleneck.left", "bottleneck.right"}) {
    for (const Bytes& datagram : payloads(std::string("capture-") + point + ".pcapng")) {
      const auto packet = reader.read(datagram);
      ASSERT_TRUE(packet) << to_hex(datagram);
      if (!packet->number) continue;
      ++sealed;
      EXPECT_TRUE(packet->opened) << point << ", packet " << packet->number->value;
    }
  }
  EXPECT_GT(sealed, 4000u);
}

TEST_F(OutputFolderTest, KeyLogIsForItsOwner) {
  EXPECT_EQ(fs::status(folder_ / "keys.log").permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(OutputFolderTest, SummaryUsesTheNamesOfTheRegistry) {
  const auto json = nlohmann::json::parse(read("summary.json"));
  EXPECT_EQ(json["scenario"], "rfc8867-5.1");
  EXPECT_EQ(json["seed"], 5);
  EXPECT_EQ(json["hash"].get<std::string>().size(), 16u);
  for (const auto& [name, value] : json["flows"][0].items()) {
    EXPECT_TRUE(name == "name" || metrics::find_flow_metric(name) != nullptr) << name;
  }
  for (const char* key : {"utilization", "goodput", "queueDelay", "frameDelay", "lossBeforeRepair",
                          "lossAfterRepair", "repairOverhead", "framesSent", "framesDelivered", "framesLate",
                          "freezeCount", "totalFreezesDuration", "renditionSwitches", "stepTimes"}) {
    EXPECT_TRUE(json["flows"][0].contains(key)) << key;
  }
}

TEST_F(OutputFolderTest, TruthKnowsTheFateOfEachPacketAndFrame) {
  const auto truth = nlohmann::json::parse(read("truth.json"));
  const auto summary = nlohmann::json::parse(read("summary.json"))["flows"][0];
  std::size_t entered = 0, lost = 0;
  std::set<std::pair<std::string, std::uint64_t>> sent, received;
  for (const auto& packet : truth["packets"]) {
    const bool media = packet["direction"] == "toClient" && packet.value("link", "") == "bottleneck";
    entered += media && packet["event"] == "entered";
    lost += media && packet["event"] == "lost";
    if (packet["kind"] != "protected") continue;
    const std::pair name(packet["connectionId"].get<std::string>(),
                         packet["packetNumber"].get<std::uint64_t>());
    const bool fresh = packet["event"] != "sent" || sent.insert(name).second;
    EXPECT_TRUE(fresh) << "a number is used once";
    if (packet["event"] == "received") received.insert(name);
  }
  EXPECT_EQ(entered, summary["packetsSent"]);
  EXPECT_EQ(lost, summary["packetsLost"]);
  EXPECT_TRUE(std::ranges::includes(sent, received));

  std::size_t delivered = 0, pictures = 0;
  for (const auto& frame : truth["frames"]) {
    if (!frame["picture"].get<bool>()) continue;
    ++pictures;
    delivered += frame["fate"] == "delivered";
    EXPECT_LE(frame["fragmentsArrived"], frame["fragmentsSent"]);
  }
  EXPECT_EQ(pictures, summary["framesSent"]);
  EXPECT_EQ(delivered, summary["framesDelivered"]);
}

/// The fields by which qvis's loaders take a file, and its views find packets and acknowledgements.
TEST_F(OutputFolderTest, QlogIsWhatQvisLoads) {
  const std::string text = read("media.qlog");
  EXPECT_NE(text.substr(0, 1000).find("\"qlog_version\":\"0.3\""), std::string::npos);
  EXPECT_NE(text.substr(0, 1000).find("\"qlog_format\":\"JSON\""), std::string::npos);
  const auto json = nlohmann::json::parse(text);
  ASSERT_EQ(json["traces"].size(), 2u);
  EXPECT_EQ(json["traces"][0]["vantage_point"]["type"], "client");
  EXPECT_EQ(json["traces"][1]["vantage_point"]["type"], "server");
  for (const auto& trace : json["traces"]) {
    EXPECT_EQ(trace["common_fields"]["time_format"], "relative");
    EXPECT_EQ(trace["common_fields"]["reference_time"], 0);
    double last = 0;
    std::set<std::string> names;
    std::size_t acknowledgements = 0;
    for (const auto& event : trace["events"]) {
      EXPECT_GE(event["time"], last) << "qvis complains";
      last = event["time"];
      names.insert(event["name"]);
      if (event["name"] == "recovery:metrics_updated") continue;
      const auto& data = event["data"];
      EXPECT_TRUE(data["header"]["packet_number"].is_number_unsigned());
      EXPECT_TRUE(data["header"]["packet_type"].is_string());
      EXPECT_GT(data["raw"]["length"], 0);
      EXPECT_FALSE(data["frames"].empty()) << "the keys were there: " << event;
      for (const auto& frame : data["frames"]) {
        if (frame["frame_type"] != "ack") continue;
        ++acknowledgements;
        EXPECT_LE(frame["acked_ranges"][0][0], frame["acked_ranges"][0][1]);
      }
    }
    EXPECT_EQ(names, (std::set<std::string>{"transport:packet_sent", "transport:packet_received",
                                            "recovery:metrics_updated"}));
    EXPECT_GT(acknowledgements, 100u);
  }
}

TEST_F(OutputFolderTest, SequentialQlogHasTheSameEvents) {
  const std::string text = read("media.viewer.sqlog");
  std::vector<nlohmann::json> records;
  for (std::size_t at = 0; at < text.size();) {
    ASSERT_EQ(text[at], '\x1e');
    const std::size_t end = text.find('\n', at);
    records.push_back(nlohmann::json::parse(text.substr(at + 1, end - at - 1)));
    at = end + 1;
  }
  EXPECT_EQ(records[0]["file_schema"], "urn:ietf:params:qlog:file:sequential");
  EXPECT_EQ(records[0]["serialization_format"], "application/qlog+json-seq");
  EXPECT_EQ(records[0]["trace"]["vantage_point"]["type"], "client");
  const auto old = nlohmann::json::parse(read("media.qlog"))["traces"][0]["events"];
  ASSERT_EQ(records.size(), old.size() + 1);
  EXPECT_EQ(records[1]["name"], "quic:packet_sent");
  for (std::size_t i = 0; i < old.size(); ++i) EXPECT_EQ(records[i + 1]["data"], old[i]["data"]);
}

TEST_F(OutputFolderTest, TimelineHasARowForEachFifthOfASecond) {
  const std::string csv = read("timeline.csv");
  EXPECT_EQ(std::ranges::count(csv, '\n'), 1 + 5 * 8);
  EXPECT_TRUE(csv.starts_with("time,flow,capacity,"));
}

TEST_F(OutputFolderTest, UnknownPointsAreNamedWithThoseThereAre) {
  try {
    OutputFolder(folder_ / "other", experiment_, 1, {"nowhere"}, calendar);
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("bottleneck.left"), std::string::npos) << error.what();
  }
}

TEST(Capture, OutputsDoNotChangeTheRun) {
  const auto experiment =
      read_scenario(std::string(AVOCET_SCENARIOS) + "/rfc8867-5.1.toml", {{"length", "3s"}});
  const fs::path folder = fs::temp_directory_path() / ("avocet_same_" + std::to_string(::getpid()));
  OutputFolder outputs(folder, *experiment, 1, {"all"}, calendar);
  EXPECT_EQ(run(*experiment, {.seed = 1, .observers = outputs.observers()}).hash,
            run(*experiment, {.seed = 1}).hash);
  fs::remove_all(folder);
}

}  // namespace
}  // namespace avocet::sim
