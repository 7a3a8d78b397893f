"""Settings of the institutions service."""

from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """What the institutions service reads from its environment, as `INSTITUTIONS_*`."""

    model_config = SettingsConfigDict(env_prefix="INSTITUTIONS_", extra="ignore", frozen=True)
