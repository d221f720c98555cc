from kindergrad.core.config import Goal as Goal
from kindergrad.core.config import StudyConfig as StudyConfig
from kindergrad.core.config import load as load_study
from kindergrad.core.errors import KindergradError as KindergradError
from kindergrad.core.records import Record as Record
from kindergrad.core.table import Row as Row
from kindergrad.exams.run import records as records
from kindergrad.exams.run import run as run
from kindergrad.exams.run import status as status
from kindergrad.exchange.tables import read as read_table
from kindergrad.progress.belief import belief as belief
from kindergrad.progress.compare import compare as compare
from kindergrad.progress.forecast import forecast as forecast
from kindergrad.progress.thresholds import thresholds as thresholds
from kindergrad.progress.vertical import vertical as vertical
from kindergrad.report.card import card as report_card

__all__ = ["Goal", "KindergradError", "Record", "Row", "StudyConfig", "belief", "compare", "forecast", "load_study",
           "read_table", "records", "report_card", "run", "status", "thresholds", "vertical"]
__version__: str
