"""placeholder during bring-up"""
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
class AssetsBuildHook(BuildHookInterface):
    def initialize(self, version, build_data):
        pass
