"""Settings: the `inference:` section of a YAML file and what a call says, decided once, with the reasons kept."""

from .asked import Asked
from .load import load_config, open_settled
from .setting import Setting, Source
from .settings_file import SettingsFile, read_settings
from .settle import Settled, settle
from .strategy_names import STRATEGY_NAMES, StrategyName

__all__ = [
    "STRATEGY_NAMES",
    "Asked",
    "Setting",
    "SettingsFile",
    "Settled",
    "Source",
    "StrategyName",
    "load_config",
    "open_settled",
    "read_settings",
    "settle",
]
