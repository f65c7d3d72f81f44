#include "apps/python/kept_run.h"

#include "apps/forerun/cli/progress.h"
#include "apps/forerun/record/provenance.h"

namespace forerun::python {
namespace {

/// An empty directory of its own, with what is known before the run.
const RunDirectory* begun(const RunDirectory& directory, const Experiment& experiment, const ConfigDocument& document,
                          const std::optional<WarmStart>& warm_start) {
  directory.write_origin(experiment, provenance_json(experiment, document, {"forerun.run"}, warm_start));
  return &directory;
}

}  // namespace

KeptRun::KeptRun(const std::filesystem::path& directory, const Experiment& experiment, const ConfigDocument& document,
                 const std::optional<WarmStart>& warm_start)
    : directory_(directory),
      logger_(make_logger(Console{nowhere_, nowhere_}, true)),
      journal_({begun(directory_, experiment, document, warm_start), std::nullopt}, experiment, warm_start, *logger_) {}

}  // namespace forerun::python
