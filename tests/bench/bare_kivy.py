"""The baseline of the start: five plain buttons in a bare Kivy app; says when its first frame is up."""

import os

os.environ.update(KIVY_NO_ARGS="1", KIVY_NO_CONFIG="1", KIVY_NO_FILELOG="1", KIVY_NO_CONSOLELOG="1")

from kivy.config import Config

Config.set("graphics", "width", "1280")
Config.set("graphics", "height", "800")
Config.set("graphics", "multisamples", "0")

from kivy.app import App  # noqa: E402 - the settings come first
from kivy.core.window import Window  # noqa: E402 - the settings come first
from kivy.uix.boxlayout import BoxLayout  # noqa: E402 - the settings come first
from kivy.uix.button import Button  # noqa: E402 - the settings come first


class FiveButtons(App):
    def build(self):
        box = BoxLayout()
        for level in range(1, 6):
            box.add_widget(Button(text=str(level)))
        return box

    def on_start(self):
        Window.bind(on_flip=self.first_frame)

    def first_frame(self, *_):
        Window.unbind(on_flip=self.first_frame)
        print("first frame", flush=True)
        self.stop()


if __name__ == "__main__":
    FiveButtons().run()
