"""The cloud a request names, and its secrets."""

from media.config import Cloud
from media.errors import BadSignature, NotFound
from proxy.services import Services


def find_cloud(services: Services, name: str) -> Cloud:
    cloud = services.settings.clouds.get(name)
    if cloud is None:
        raise NotFound(f"cloud_name {name} is not known here")
    return cloud


def secret_of(cloud: Cloud, api_key: str) -> str:
    secret = cloud.keys.get(api_key)
    if secret is None:
        raise BadSignature(f"Unknown API key {api_key}")
    return secret
