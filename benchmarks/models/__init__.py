"""Measurements of models and engines: speed beside other runtimes, quantization beside float32."""
