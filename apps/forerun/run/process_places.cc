#include "apps/forerun/run/process_places.h"

#include <unistd.h>

#include <array>

#include "core/execution/time_communicator.h"
#include "core/files/byte_archive.h"

namespace forerun {

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : "unknown";
}

std::vector<ProcessPlace> process_places(int threads, const Console& console) {
  if (console.communicator == nullptr) return {};
  ByteWriter mine;
  mine(host_name(), threads);
  std::vector<ProcessPlace> places;
  for (const std::string& bytes : console.communicator->gather(mine.bytes)) {
    ProcessPlace& place = places.emplace_back();
    place.rank = static_cast<int>(places.size()) - 1;
    ByteReader{bytes}(place.host, place.threads);
  }
  return places;
}

}  // namespace forerun
