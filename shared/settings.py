"""Settings every service has; each service's own class adds its prefix and what only it needs."""

from pathlib import Path

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """Read from the environment: `<SERVICE>_DATABASE_URL`, peers' URLs, and `ZHIPEI_*`."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    database_url: str
    institutions_url: str = Field("http://institutions", validation_alias="INSTITUTIONS_URL")
    registry_url: str = Field("http://registry", validation_alias="REGISTRY_URL")
    claims_url: str = Field("http://claims", validation_alias="CLAIMS_URL")
    gateway_url: str = Field("http://gateway", validation_alias="GATEWAY_URL")
    data: Path = Field(Path(".data/up"), validation_alias="ZHIPEI_DATA")
    keys: Path | None = Field(None, validation_alias="ZHIPEI_KEYS")
    plan: Path | None = Field(None, validation_alias="ZHIPEI_PLAN")
    sandbox: bool = Field(False, validation_alias=AliasChoices("ZHIPEI_SANDBOX", "sandbox"))
    log_level: str = Field("INFO", validation_alias="ZHIPEI_LOG_LEVEL")

    @property
    def keys_folder(self) -> Path:
        """Return the folder of signing and sealing keys."""
        return self.keys or self.data / "keys"

    @property
    def clock_file(self) -> Path:
        """Return the file that the sandbox's suite clock lives in."""
        return self.data / "clock"
